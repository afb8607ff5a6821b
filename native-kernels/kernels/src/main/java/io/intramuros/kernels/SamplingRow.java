package io.intramuros.kernels;

/**
 * How one row of logits becomes a token. The order is that of Hugging Face: temperature, then the {@code topK} best,
 * then the smallest set whose probability reaches {@code topP}, then a draw.
 *
 * @param temperature 0 takes the most probable token (the lowest id among equals)
 * @param topK 0 for no limit
 * @param topP 1 for no limit
 * @param seed the draw's seed; with {@code step} it determines the draw on every backend
 * @param step the position of the token that is drawn, so that a resumed sequence draws the same
 * @param forcedToken a token to take instead of drawing, or -1; for scoring a known text
 * @param topLogprobs how many of the most probable tokens to report
 */
public record SamplingRow(
        float temperature, int topK, float topP, long seed, int step, int forcedToken, int topLogprobs) {
    /** The most probable token, nothing else reported. */
    public static final SamplingRow GREEDY = new SamplingRow(0, 0, 1, 0, 0, -1, 0);
}
