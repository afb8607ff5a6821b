package io.intramuros.kernels.vector;

import io.intramuros.kernels.Rope;

/** Rotary position embedding of heads in place. */
final class Rotary {
    private Rotary() {}

    /**
     * Cosines into {@code out[0, pairs)} and sines into {@code out[pairs, 2·pairs)} of a position's angles. The angle is
     * taken in single precision, as the published models were trained.
     */
    static void angles(Rope rope, int position, float[] out) {
        float[] frequencies = rope.inverseFrequencies();
        int pairs = frequencies.length;
        for (int i = 0; i < pairs; i++) {
            float angle = position * frequencies[i];
            out[i] = (float) Math.cos(angle);
            out[pairs + i] = (float) Math.sin(angle);
        }
    }

    /** Rotates one head at {@code x[at, at + headDim)} by the angles of {@link #angles}. */
    static void head(Rope.Pairing pairing, float[] angles, float[] x, int at, int headDim) {
        int pairs = headDim / 2;
        boolean halves = pairing == Rope.Pairing.HALVES;
        for (int i = 0; i < pairs; i++) {
            int first = at + (halves ? i : 2 * i);
            int second = halves ? first + pairs : first + 1;
            float a = x[first];
            float b = x[second];
            x[first] = a * angles[i] - b * angles[pairs + i];
            x[second] = b * angles[i] + a * angles[pairs + i];
        }
    }
}
