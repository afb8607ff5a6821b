package io.intramuros.engine.model;

import io.intramuros.engine.template.ChatTemplate;
import io.intramuros.engine.template.JinjaChatTemplate;
import io.intramuros.engine.template.UnusableTemplateException;
import io.intramuros.engine.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Opens a model from one GGUF file. */
final class GgufModel {
    private static final String TEMPLATE = "tokenizer.chat_template";

    /** The variables that templates know special tokens by, and GGUF's keys for them. */
    private static final Map<String, String> SPECIAL_TOKENS = Map.of(
            "bos_token", "bos_token_id",
            "eos_token", "eos_token_id",
            "unk_token", "unknown_token_id",
            "pad_token", "padding_token_id");

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
            return new MappedModel(
                    files,
                    config,
                    tensors,
                    gguf.tensors(),
                    tokenizer,
                    template(gguf.metadata()),
                    WeightDigest.start(List.of(file)));
        } catch (IOException | RuntimeException e) {
            if (tokenizer != null) {
                tokenizer.close();
            }
            files.close();
            throw e;
        }
    }

    private static Optional<ChatTemplate> template(GgufMetadata metadata) {
        Map<String, String> specialTokens = new HashMap<>();
        SPECIAL_TOKENS.forEach((variable, key) ->
                GgufTokenizer.spelling(metadata, key).ifPresent(token -> specialTokens.put(variable, token)));
        return metadata.string(TEMPLATE).map(source -> {
            try {
                return JinjaChatTemplate.of(source, specialTokens, Clock.system(ZoneId.systemDefault()));
            } catch (UnusableTemplateException e) {
                throw new ModelFormatException(metadata.file(), TEMPLATE, e.getMessage(), e);
            }
        });
    }
}
