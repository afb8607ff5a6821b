package io.intramuros.kernels.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * The order of columns in which BF16 weights are multiplied: of each {@link #COLUMNS} columns first the even ones, then
 * the odd ones. A vector of 32-bit lanes loaded from BF16 values holds an even column in the lower half of each lane and
 * an odd one in the upper half, so a shift gives one vector of floats and a mask the other: half the loads of widening
 * each value, and no shuffle. The activations are brought into the same order once per dispatch.
 */
final class PairedOrder {
    /** Columns that are reordered among themselves. */
    static final int COLUMNS = 2 * Lanes.WIDTH;

    private static final VectorShuffle<Float> EVEN = VectorShuffle.fromOp(Lanes.FLOATS, lane -> every(lane, 0));
    private static final VectorShuffle<Float> ODD = VectorShuffle.fromOp(Lanes.FLOATS, lane -> every(lane, 1));

    private PairedOrder() {}

    /** Lanes of the second vector are counted on from the first's; a shuffle's index beyond a vector is negative. */
    private static int every(int lane, int first) {
        int column = 2 * lane + first;
        return column < Lanes.WIDTH ? column : column - 2 * Lanes.WIDTH;
    }

    /**
     * Lays {@code x[xo, xo + n)} out in this order, vectors {@code stride} floats apart; {@code n} is a multiple of
     * {@link #COLUMNS}.
     */
    static void split(float[] x, int xo, int n, float[] out, int at, int stride) {
        for (int i = 0, to = at; i < n; i += COLUMNS, to += 2 * stride) {
            FloatVector first = FloatVector.fromArray(Lanes.FLOATS, x, xo + i);
            FloatVector second = FloatVector.fromArray(Lanes.FLOATS, x, xo + i + Lanes.WIDTH);
            first.rearrange(EVEN, second).intoArray(out, to);
            first.rearrange(ODD, second).intoArray(out, to + stride);
        }
    }
}
