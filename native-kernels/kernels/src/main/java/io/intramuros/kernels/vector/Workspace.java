package io.intramuros.kernels.vector;

/** What one computing thread needs for itself. */
final class Workspace {
    /** Sums of a tile or of quads of rows. */
    final float[] sums = new float[4 * Gemv.QUADS_PER_CALL];

    /** Scales of Q4_K and Q6_K rows, see {@link BlockScales}. */
    final float[] scales = new float[4 * Gemv.SCALED_QUADS_PER_CALL * BlockScales.MOST];

    /** Sixteen vectors of a tile whose lanes are still to be summed. */
    final float[] lanes = new float[16 * Lanes.WIDTH];

    /** A piece of one row of weights, unpacked the plain way. */
    final float[] row = new float[Gemm.COLUMN_BLOCK];

    /** Unpacked weights of {@link Gemm#PANEL_QUADS} quads, allocated when first wanted. */
    private float[] panel;

    float[] panel() {
        if (panel == null) {
            panel = new float[Gemm.PANEL_QUADS * 4 * Gemm.COLUMN_BLOCK];
        }
        return panel;
    }
}
