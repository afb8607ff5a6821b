package io.intramuros.chat;

import java.util.List;

/**
 * What a caller may say about sampling; {@code null} leaves it to the house.
 *
 * @param maxTokens the most tokens of answer
 * @param temperature 0 to 2
 * @param topP above 0, at most 1
 * @param topK 0 or more
 * @param seed makes the answer repeatable
 * @param stop at most four texts that end the answer
 */
public record SamplingOptions(
        Integer maxTokens, Double temperature, Double topP, Integer topK, Long seed, List<String> stop) {
    /** Everything left to the house. */
    public static final SamplingOptions DEFAULT = new SamplingOptions(null, null, null, null, null, List.of());

    public SamplingOptions {
        stop = List.copyOf(stop);
    }
}
