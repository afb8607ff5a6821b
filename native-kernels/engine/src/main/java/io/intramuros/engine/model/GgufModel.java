package io.intramuros.engine.model;

import io.intramuros.engine.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/** Opens a model from one GGUF file. */
final class GgufModel {
    private GgufModel() {}

    static Model open(Path file) throws IOException {
        MappedFiles files = new MappedFiles();
        Tokenizer tokenizer = null;
        try {
            GgufFile gguf = GgufFile.read(file, files.map(file));
            GgufConfiguration configuration = new GgufConfiguration(gguf);
            ModelConfig config = configuration.read(GgufTokenizer.tokens(gguf.metadata()).length);
            DecoderTensors tensors = DecoderAssembly.assemble(
                    gguf.tensors(),
                    TensorNames.GGUF,
                    config,
                    configuration.family(),
                    gguf.tensors().find(TensorNames.GGUF.head).isEmpty(),
                    Set.of(GgufConfiguration.ROPE_FACTORS));
            tokenizer = GgufTokenizer.open(gguf.metadata());
            return new MappedModel(files, config, tensors, gguf.tensors(), tokenizer);
        } catch (IOException | RuntimeException e) {
            if (tokenizer != null) {
                tokenizer.close();
            }
            files.close();
            throw e;
        }
    }
}
