package io.intramuros.engine.model;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.intramuros.engine.template.ChatTemplate;
import io.intramuros.engine.template.JinjaChatTemplate;
import io.intramuros.engine.template.UnusableTemplateException;
import io.intramuros.engine.tokenizer.HuggingFaceTokenizer;
import io.intramuros.engine.tokenizer.Tokenizer;
import io.intramuros.engine.tokenizer.TokenizerFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Opens a model from a directory in Hugging Face's layout. */
final class HuggingFaceModel {
    /** Tables of old Llama checkpoints; the frequencies follow from the configuration. */
    private static final String ROTARY_TABLE = ".rotary_emb.inv_freq";

    private static final List<String> SPECIAL_TOKENS = List.of("bos_token", "eos_token", "unk_token", "pad_token");

    private final Path directory;

    private HuggingFaceModel(Path directory) {
        this.directory = directory;
    }

    static Model open(Path directory) throws IOException {
        MappedFiles mapped = new MappedFiles();
        Tokenizer tokenizer = null;
        try {
            HuggingFaceModel model = new HuggingFaceModel(directory);
            JsonFile config = JsonFile.read(directory.resolve("config.json"));
            HuggingFaceConfiguration configuration = new HuggingFaceConfiguration(config);
            ModelConfig shape = configuration.read(directory.getFileName().toString());
            SafetensorsShards shards = SafetensorsShards.open(directory, mapped);
            DecoderTensors tensors = assemble(shards.tensors(), configuration, shape);
            JsonFile tokenizerConfig = JsonFile.readIfPresent(directory.resolve("tokenizer_config.json"));
            tokenizer = model.tokenizer(config, tokenizerConfig, shape);
            return new MappedModel(
                    mapped,
                    shape,
                    tensors,
                    shards.tensors(),
                    tokenizer,
                    model.template(tokenizerConfig),
                    WeightDigest.start(shards.files()));
        } catch (IOException | RuntimeException e) {
            if (tokenizer != null) {
                tokenizer.close();
            }
            mapped.close();
            throw e;
        }
    }

    private static DecoderTensors assemble(
            TensorTable tensors, HuggingFaceConfiguration configuration, ModelConfig shape) {
        Set<String> elsewhere = tensors.names().stream()
                .filter(name -> name.endsWith(ROTARY_TABLE))
                .collect(Collectors.toCollection(HashSet::new));
        if (configuration.tied()) {
            elsewhere.add(TensorNames.HUGGING_FACE.head); // some files carry the embedding twice
        }
        return DecoderAssembly.assemble(
                tensors, TensorNames.HUGGING_FACE, shape, configuration.family(), configuration.tied(), elsewhere);
    }

    private Tokenizer tokenizer(JsonFile config, JsonFile tokenizerConfig, ModelConfig shape) throws IOException {
        JsonFile json = JsonFile.read(directory.resolve("tokenizer.json"));
        JsonFile generation = JsonFile.readIfPresent(directory.resolve("generation_config.json"));
        int last = shape.vocabularySize() - 1;
        Set<Integer> ends = new HashSet<>(config.integers("eos_token_id", 0, last));
        ends.addAll(generation.integers("eos_token_id", 0, last));
        spelling(tokenizerConfig, "eos_token")
                .flatMap(token -> addedToken(json.root(), token))
                .ifPresent(ends::add);
        HuggingFaceTokenizer tokenizer;
        try {
            tokenizer = HuggingFaceTokenizer.of(json.root(), ends);
        } catch (TokenizerFormatException e) {
            throw new ModelFormatException(json.file(), e.part(), e.getMessage(), e);
        }
        if (tokenizer.vocabularySize() > shape.vocabularySize()) {
            tokenizer.close();
            throw new ModelFormatException(
                    json.file(),
                    null,
                    "has " + tokenizer.vocabularySize() + " tokens, more than the " + shape.vocabularySize()
                            + " of the model");
        }
        return tokenizer;
    }

    private static Optional<Integer> addedToken(JsonObject tokenizer, String content) {
        if (!(tokenizer.get("added_tokens") instanceof JsonArray tokens)) {
            return Optional.empty();
        }
        for (JsonElement element : tokens) {
            if (element instanceof JsonObject token
                    && token.get("content") instanceof JsonPrimitive spelling
                    && token.get("id") instanceof JsonPrimitive id
                    && id.isNumber()
                    && spelling.getAsString().equals(content)) {
                return Optional.of(id.getAsInt());
            }
        }
        return Optional.empty();
    }

    /** A special token, written as a string or as an object with its content. */
    private static Optional<String> spelling(JsonFile tokenizerConfig, String key) {
        return tokenizerConfig.find(key).map(value -> switch (value) {
            case JsonPrimitive text when text.isString() -> text.getAsString();
            case JsonObject object when object.get("content") instanceof JsonPrimitive text -> text.getAsString();
            default -> throw tokenizerConfig.wrong(key, "must be a string, or an object with its content");
        });
    }

    private Optional<ChatTemplate> template(JsonFile tokenizerConfig) throws IOException {
        Path file = directory.resolve("chat_template.jinja");
        Optional<String> source =
                Files.exists(file) ? Optional.of(Files.readString(file)) : templateOf(tokenizerConfig);
        if (source.isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> specialTokens = new HashMap<>();
        SPECIAL_TOKENS.forEach(key -> spelling(tokenizerConfig, key).ifPresent(token -> specialTokens.put(key, token)));
        try {
            return Optional.of(JinjaChatTemplate.of(source.get(), specialTokens, Clock.system(ZoneId.systemDefault())));
        } catch (UnusableTemplateException e) {
            boolean own = Files.exists(file);
            throw new ModelFormatException(
                    own ? file : tokenizerConfig.file(), own ? null : "chat_template", e.getMessage(), e);
        }
    }

    /** One template, or the one called {@code default} of several. */
    private static Optional<String> templateOf(JsonFile tokenizerConfig) {
        if (!(tokenizerConfig.find("chat_template").orElse(null) instanceof JsonArray several)) {
            return tokenizerConfig.string("chat_template");
        }
        for (JsonElement element : several) {
            if (element instanceof JsonObject named
                    && named.get("name") instanceof JsonPrimitive name
                    && name.getAsString().equals("default")
                    && named.get("template") instanceof JsonPrimitive template) {
                return Optional.of(template.getAsString());
            }
        }
        throw tokenizerConfig.wrong("chat_template", "has several templates and none is called default");
    }
}
