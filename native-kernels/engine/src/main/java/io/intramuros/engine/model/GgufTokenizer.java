package io.intramuros.engine.model;

import io.intramuros.engine.tokenizer.GgufTokenizerJson;
import io.intramuros.engine.tokenizer.GgufVocabulary;
import io.intramuros.engine.tokenizer.HuggingFaceTokenizer;
import io.intramuros.engine.tokenizer.Tokenizer;
import io.intramuros.engine.tokenizer.TokenizerFormatException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Makes a tokenizer from the metadata of a GGUF file. */
final class GgufTokenizer {
    private static final String PREFIX = "tokenizer.ggml.";
    private static final int CONTROL = 3;

    /** Tokens that end a turn in the chat formats that are around; GGUF files often name only one of a model's. */
    private static final Set<String> ENDINGS = Set.of(
            "<|im_end|>",
            "<|eot_id|>",
            "<|eom_id|>",
            "<|end_of_text|>",
            "<|endoftext|>",
            "<｜end▁of▁sentence｜>",
            "</s>");

    private GgufTokenizer() {}

    static String[] tokens(GgufMetadata metadata) {
        return metadata.require(PREFIX + "tokens", metadata.strings(PREFIX + "tokens"));
    }

    /** @throws ModelFormatException if the metadata is damaged or describes a tokenizer that is not supported */
    static Tokenizer open(GgufMetadata metadata) {
        String[] tokens = tokens(metadata);
        long[] types = metadata.integers(PREFIX + "token_type").orElseGet(() -> allNormal(tokens.length));
        GgufVocabulary vocabulary = new GgufVocabulary(
                metadata.require(PREFIX + "model", metadata.string(PREFIX + "model")),
                metadata.string(PREFIX + "pre"),
                tokens,
                types,
                metadata.numbers(PREFIX + "scores").orElse(new double[0]),
                metadata.strings(PREFIX + "merges").orElse(new String[0]),
                token(metadata, "bos_token_id", tokens.length),
                token(metadata, "eos_token_id", tokens.length),
                token(metadata, "unknown_token_id", tokens.length),
                metadata.bool(PREFIX + "add_bos_token"),
                metadata.bool(PREFIX + "add_eos_token"),
                metadata.bool(PREFIX + "add_space_prefix"));
        try {
            return HuggingFaceTokenizer.of(GgufTokenizerJson.write(vocabulary), endTokens(metadata, vocabulary));
        } catch (TokenizerFormatException e) {
            throw new ModelFormatException(metadata.file(), e.part(), e.getMessage(), e);
        }
    }

    /** The spelling of a token that the metadata names by id, such as {@code bos_token_id}. */
    static Optional<String> spelling(GgufMetadata metadata, String key) {
        String[] tokens = tokens(metadata);
        OptionalInt id = token(metadata, key, tokens.length);
        return id.isPresent() ? Optional.of(tokens[id.getAsInt()]) : Optional.empty();
    }

    private static Set<Integer> endTokens(GgufMetadata metadata, GgufVocabulary vocabulary) {
        int count = vocabulary.tokens().length;
        Set<Integer> ends = new HashSet<>();
        for (String key : List.of("eos_token_id", "eot_token_id", "eom_token_id")) {
            token(metadata, key, count).ifPresent(ends::add);
        }
        for (int id = 0; id < Math.min(count, vocabulary.types().length); id++) {
            if (vocabulary.types()[id] == CONTROL && ENDINGS.contains(vocabulary.tokens()[id])) {
                ends.add(id);
            }
        }
        return ends;
    }

    private static OptionalInt token(GgufMetadata metadata, String key, int tokens) {
        Optional<Integer> id = metadata.integer(PREFIX + key, 0, Math.max(0, tokens - 1));
        return id.isPresent() ? OptionalInt.of(id.get()) : OptionalInt.empty();
    }

    private static long[] allNormal(int count) {
        long[] types = new long[count];
        Arrays.fill(types, 1);
        return types;
    }
}
