package io.intramuros.kernels.vector;

/** Root-mean-square normalisation of a row. Reads and writes {@code n} floats; bound by latency, so rows share threads. */
final class Norms {
    private Norms() {}

    /** {@code out[oo + i] = x[xo + i] · gain[i] / sqrt(mean(x²) + epsilon)}; {@code out} may be {@code x}. */
    static void row(float[] x, int xo, int n, float[] gain, float epsilon, float[] out, int oo) {
        float meanSquare = MatrixProduct.dot(x, xo, x, xo, n) / n;
        float scale = (float) (1 / Math.sqrt(meanSquare + (double) epsilon));
        for (int i = 0; i < n; i++) {
            out[oo + i] = x[xo + i] * scale * gain[i];
        }
    }
}
