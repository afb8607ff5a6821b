package io.intramuros.kernels.vector;

import jdk.incubator.vector.FloatVector;

/** Root-mean-square normalisation. Reads a row twice from the first cache and writes it once; bound by latency. */
final class Norms {
    private Norms() {}

    /** {@code out[oo + i] = x[xo + i] · gain[i] / sqrt(mean(x²) + epsilon)}; {@code out} may be {@code x}. */
    static void row(float[] x, int xo, int n, float[] gain, float epsilon, float[] out, int oo) {
        double meanSquare = (double) squares(x, xo, n) / n;
        float scale = (float) (1 / Math.sqrt(meanSquare + epsilon));
        for (int i = 0; i < n; i++) {
            out[oo + i] = x[xo + i] * scale * gain[i];
        }
    }

    private static float squares(float[] x, int xo, int n) {
        int whole = n & -Lanes.WIDTH;
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            FloatVector v = FloatVector.fromArray(Lanes.FLOATS, x, xo + i);
            sum = v.fma(v, sum);
        }
        float total = Lanes.sum(sum);
        for (int i = whole; i < n; i++) {
            total = Math.fma(x[xo + i], x[xo + i], total);
        }
        return total;
    }
}
