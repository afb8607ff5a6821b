package io.intramuros.kernels.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Rows of Q4_K and Q6_K weights, blocks of 256 values with scales of their own inside, dequantised in registers. As in
 * {@link SmallBlocks}: {@code dot} and {@code unpack} compute each weight by the same operations. Needs
 * {@link Lanes#PACKED_BYTES}.
 */
final class SuperBlocks {
    private static final int L = Lanes.WIDTH;

    private SuperBlocks() {}

    private static FloatVector x(float[] x, int at) {
        return FloatVector.fromArray(Lanes.FLOATS, x, at);
    }

    private static FloatVector scaleQ4K(MemorySegment w, long block, int group) {
        return FloatVector.broadcast(
                Lanes.FLOATS, SmallBlocks.halfValue(w, block) * Dequantiser.q4kScale(w, block + 4, group));
    }

    private static FloatVector negativeMinimumQ4K(MemorySegment w, long block, int group) {
        return FloatVector.broadcast(
                Lanes.FLOATS, -SmallBlocks.halfValue(w, block + 2) * Dequantiser.q4kMinimum(w, block + 4, group));
    }

    /** One vector of group {@code group}'s values, before scale and minimum, from value {@code i} of the group on. */
    private static FloatVector q4k(MemorySegment w, long block, int group, int i) {
        return SmallBlocks.floats(SmallBlocks.unsigned(w, block + 16 + (group >> 1) * 32L + i)
                .lanewise(VectorOperators.LSHR, (group & 1) * 4)
                .and(15));
    }

    static float dotQ4K(MemorySegment w, long row, float[] x, int xo, int n) {
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        int groups = n / 32;
        for (int g = 0; g < groups; g++) {
            long block = row + (g >> 3) * 144L;
            int group = g & 7;
            FloatVector scale = scaleQ4K(w, block, group);
            FloatVector minimum = negativeMinimumQ4K(w, block, group);
            for (int i = 0; i < 32; i += L) {
                sum = q4k(w, block, group, i).fma(scale, minimum).fma(x(x, xo + g * 32 + i), sum);
            }
        }
        return Lanes.sum(sum);
    }

    static void unpackQ4K(MemorySegment w, long row, int n, float[] panel, int at, int stride) {
        int groups = n / 32;
        int to = at;
        for (int g = 0; g < groups; g++) {
            long block = row + (g >> 3) * 144L;
            int group = g & 7;
            FloatVector scale = scaleQ4K(w, block, group);
            FloatVector minimum = negativeMinimumQ4K(w, block, group);
            for (int i = 0; i < 32; i += L, to += stride) {
                q4k(w, block, group, i).fma(scale, minimum).intoArray(panel, to);
            }
        }
    }

    /**
     * One vector of run {@code run}'s values, scaled, from value {@code i} of the run on. A block is eight runs of 32,
     * four in each half.
     */
    private static FloatVector q6k(MemorySegment w, long block, int run, int i) {
        int half = run >> 2;
        int quarter = run & 3;
        IntVector lower = SmallBlocks.unsigned(w, block + half * 64L + (quarter & 1) * 32L + i)
                .lanewise(VectorOperators.LSHR, (quarter >> 1) * 4)
                .and(15);
        IntVector upper = SmallBlocks.unsigned(w, block + 128 + half * 32L + i)
                .lanewise(VectorOperators.LSHR, quarter * 2)
                .and(3)
                .lanewise(VectorOperators.LSHL, 4);
        float scale =
                SmallBlocks.halfValue(w, block + 208) * w.get(ValueLayout.JAVA_BYTE, block + 192 + run * 2L + (i >> 4));
        return SmallBlocks.floats(lower.or(upper).sub(32)).mul(scale);
    }

    static float dotQ6K(MemorySegment w, long row, float[] x, int xo, int n) {
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        int runs = n / 32;
        for (int r = 0; r < runs; r++) {
            for (int i = 0; i < 32; i += L) {
                sum = q6k(w, row + (r >> 3) * 210L, r & 7, i).fma(x(x, xo + r * 32 + i), sum);
            }
        }
        return Lanes.sum(sum);
    }

    static void unpackQ6K(MemorySegment w, long row, int n, float[] panel, int at, int stride) {
        int runs = n / 32;
        int to = at;
        for (int r = 0; r < runs; r++) {
            for (int i = 0; i < 32; i += L, to += stride) {
                q6k(w, row + (r >> 3) * 210L, r & 7, i).intoArray(panel, to);
            }
        }
    }
}
