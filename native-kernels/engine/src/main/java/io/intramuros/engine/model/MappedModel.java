package io.intramuros.engine.model;

import io.intramuros.engine.template.ChatTemplate;
import io.intramuros.engine.tokenizer.Tokenizer;
import io.intramuros.kernels.TensorType;
import java.util.Optional;
import java.util.stream.Collectors;

/** A model whose files are mapped into memory. */
final class MappedModel implements Model {
    private final MappedFiles files;
    private final ModelConfig config;
    private final DecoderTensors tensors;
    private final TensorTable table;
    private final Tokenizer tokenizer;
    private final Optional<ChatTemplate> template;
    private final WeightDigest digest;

    MappedModel(
            MappedFiles files,
            ModelConfig config,
            DecoderTensors tensors,
            TensorTable table,
            Tokenizer tokenizer,
            Optional<ChatTemplate> template,
            WeightDigest digest) {
        this.files = files;
        this.config = config;
        this.tensors = tensors;
        this.table = table;
        this.tokenizer = tokenizer;
        this.template = template;
        this.digest = digest;
    }

    @Override
    public ModelConfig config() {
        return config;
    }

    @Override
    public DecoderTensors tensors() {
        return tensors;
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public Optional<ChatTemplate> chatTemplate() {
        return template;
    }

    @Override
    public long parameters() {
        return table.values();
    }

    @Override
    public String precision() {
        return table.matrixTypes().stream().map(TensorType::name).collect(Collectors.joining("+"));
    }

    @Override
    public boolean quantised() {
        return table.matrixTypes().stream().anyMatch(TensorType::quantised);
    }

    @Override
    public String digest() {
        return digest.await();
    }

    @Override
    public void close() {
        digest.close();
        tokenizer.close();
        files.close();
    }
}
