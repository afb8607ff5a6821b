package io.intramuros.kernels;

/**
 * The random number of a draw: a pure function of a seed and a step, so that every backend draws the same and a resumed
 * sequence goes on as it would have. The mixing function is the finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
 */
public final class Draw {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private Draw() {}

    /** A number in [0, 1), of 24 bits so that single precision holds it exactly. */
    public static float uniform(long seed, int step) {
        long mixed = mix(mix(seed) + (step + 1L) * GOLDEN_GAMMA);
        return (mixed >>> 40) * 0x1p-24f;
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
