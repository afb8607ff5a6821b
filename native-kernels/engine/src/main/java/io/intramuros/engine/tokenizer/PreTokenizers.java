package io.intramuros.engine.tokenizer;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How a byte-level vocabulary's text is cut before its merges, by the names that GGUF files give
 * ({@code tokenizer.ggml.pre}). The expressions are those of the models' own {@code tokenizer.json}.
 */
final class PreTokenizers {
    /**
     * @param patterns expressions, one after the other; each cuts out what it matches
     * @param wholeWords whether a piece that is a token is taken as it is, without merging
     * @param opening whether the opening token is added where the file doesn't say
     * @param compose whether text is brought to Unicode's composed form (NFC) first
     */
    record Rule(List<String> patterns, boolean wholeWords, boolean opening, boolean compose) {}

    private static final String GPT2 =
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
    private static final String LLAMA3 = modern("\\p{N}{1,3}");
    private static final String QWEN2 = modern("\\p{N}");
    private static final String TEKKEN =
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
                    + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*"
                    + "|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private static final Rule GPT2_RULE = new Rule(List.of(GPT2), false, false, false);
    private static final Rule DIGITS_RULE = new Rule(List.of("\\p{N}", GPT2), false, false, false);
    private static final Rule LLAMA3_RULE = new Rule(List.of(LLAMA3), true, true, false);
    private static final Rule QWEN2_RULE = new Rule(List.of(QWEN2), false, false, true);

    private static final Map<String, Rule> RULES = Map.ofEntries(
            Map.entry("gpt-2", GPT2_RULE),
            Map.entry("smollm", DIGITS_RULE),
            Map.entry("llama-bpe", LLAMA3_RULE),
            Map.entry("llama3", LLAMA3_RULE),
            Map.entry("llama-v3", LLAMA3_RULE),
            Map.entry("qwen2", QWEN2_RULE),
            // DeepSeek-R1's distillations into Qwen: Qwen's cutting, without its composing.
            Map.entry("deepseek-r1-qwen", new Rule(List.of(QWEN2), false, true, false)),
            Map.entry("tekken", new Rule(List.of(TEKKEN), true, true, false)),
            Map.entry(
                    "default",
                    new Rule(
                            List.of("[\\p{P}\\$\\+<=>\\^~\\|]+", GPT2, "\\p{N}+", "[0-9][0-9][0-9]"),
                            false,
                            false,
                            false)));

    private PreTokenizers() {}

    static Optional<Rule> find(String name) {
        return Optional.ofNullable(RULES.get(name));
    }

    static Set<String> names() {
        return RULES.keySet();
    }

    private static String modern(String numbers) {
        return "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" + numbers
                + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    }
}
