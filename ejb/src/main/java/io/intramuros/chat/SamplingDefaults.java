package io.intramuros.chat;

import io.intramuros.engine.Sampling;
import java.util.concurrent.ThreadLocalRandom;

/** What the house chooses where a caller leaves it to the house: lively enough for conversation, seldom absurd. */
final class SamplingDefaults {
    /** The most tokens of an answer; less if the context or the allowance has no room for so many. */
    static final int MAX_TOKENS = 2048;

    private static final double TEMPERATURE = 0.7;
    private static final double TOP_P = 0.95;

    private SamplingDefaults() {}

    static Sampling complete(SamplingOptions options) {
        return new Sampling(
                (float) (options.temperature() != null ? options.temperature() : TEMPERATURE),
                options.topK() != null ? options.topK() : 0,
                topP(options),
                options.seed() != null
                        ? options.seed()
                        : ThreadLocalRandom.current().nextLong());
    }

    /** A value too small for a float means the most probable token alone, not none. */
    private static float topP(SamplingOptions options) {
        return Math.max(Float.MIN_NORMAL, (float) (options.topP() != null ? options.topP() : TOP_P));
    }
}
