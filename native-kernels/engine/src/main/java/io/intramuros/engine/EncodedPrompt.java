package io.intramuros.engine;

/**
 * A prompt as the model sees it.
 *
 * @param tokens token ids, from position 0
 */
public record EncodedPrompt(int[] tokens) {
    /** Number of tokens. */
    public int length() {
        return tokens.length;
    }
}
