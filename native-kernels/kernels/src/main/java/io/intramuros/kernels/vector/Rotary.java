package io.intramuros.kernels.vector;

import io.intramuros.kernels.Rope;

/** Rotary position embedding of heads in place. */
final class Rotary {
    private Rotary() {}

    /**
     * Cosines into {@code out[at, at + pairs)} and sines into {@code out[at + pairs, at + 2·pairs)} of a position's angles. The angle is
     * taken in single precision, as the published models were trained.
     */
    static void angles(Rope rope, int position, float[] out, int at) {
        float[] frequencies = rope.inverseFrequencies();
        int pairs = frequencies.length;
        for (int i = 0; i < pairs; i++) {
            float angle = position * frequencies[i];
            out[at + i] = (float) Math.cos(angle);
            out[at + pairs + i] = (float) Math.sin(angle);
        }
    }

    /** Rotates one head at {@code x[at, at + headDim)} by the angles at {@code angles[ao]}. */
    static void head(Rope.Pairing pairing, float[] angles, int ao, float[] x, int at, int headDim) {
        int pairs = headDim / 2;
        switch (pairing) {
            case HALVES -> {
                for (int i = 0; i < pairs; i++) {
                    turn(x, at + i, at + pairs + i, angles[ao + i], angles[ao + pairs + i]);
                }
            }
            case NEIGHBOURS -> {
                for (int i = 0; i < pairs; i++) {
                    turn(x, at + 2 * i, at + 2 * i + 1, angles[ao + i], angles[ao + pairs + i]);
                }
            }
        }
    }

    private static void turn(float[] x, int first, int second, float cosine, float sine) {
        float a = x[first];
        float b = x[second];
        x[first] = a * cosine - b * sine;
        x[second] = b * cosine + a * sine;
    }
}
