package io.intramuros.engine;

import java.util.List;

/**
 * What to generate.
 *
 * @param prompt from {@link InferenceEngine#encode}
 * @param maxTokens the most tokens to draw, at least 1; the context's end may come first
 * @param sampling how tokens are drawn
 * @param stop texts that end the answer and are not part of it
 * @param ignoreEndOfText keeps drawing after the model's own end token; for measurements
 */
public record GenerationRequest(
        EncodedPrompt prompt, int maxTokens, Sampling sampling, List<String> stop, boolean ignoreEndOfText) {
    public GenerationRequest {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("maxTokens is " + maxTokens + ", it must be at least 1");
        }
        stop = List.copyOf(stop);
    }
}
