package io.intramuros.engine;

/**
 * How tokens are drawn from the model's distribution.
 *
 * @param temperature 0 takes the most probable token; up to 2
 * @param topK only the most probable so many; 0 for no limit
 * @param topP only the smallest set of the most probable that reaches this probability; 1 for no limit
 * @param seed the same seed, prompt and model give the same tokens
 */
public record Sampling(float temperature, int topK, float topP, long seed) {
    /** Always the most probable token. */
    public static final Sampling GREEDY = new Sampling(0, 0, 1, 0);

    public Sampling {
        if (!(temperature >= 0 && temperature <= 2)) {
            throw new IllegalArgumentException("temperature is " + temperature + ", it must be from 0 to 2");
        }
        if (topK < 0) {
            throw new IllegalArgumentException("topK is " + topK + ", it must be 0 or more");
        }
        if (!(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException("topP is " + topP + ", it must be above 0 and at most 1");
        }
    }
}
