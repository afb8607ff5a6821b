package io.intramuros.kernels.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Rows of Q4_K and Q6_K weights, blocks of 256 values with scales of their own inside, dequantised in registers.
 * {@code dots} multiplies one of the four streams of {@code count} quads of rows with the scales that
 * {@link BlockScales} worked out: {@code sums[so + 4·quad] = row · x}. As in {@link SmallBlocks}, it and {@code unpack}
 * compute each weight by the same operations. Needs {@link Lanes#PACKED_BYTES}.
 */
final class SuperBlocks {
    private static final int L = Lanes.WIDTH;

    private SuperBlocks() {}

    private static IntVector low(MemorySegment w, long at) {
        return SmallBlocks.unsigned(w, at).and(15);
    }

    private static IntVector high(MemorySegment w, long at) {
        return SmallBlocks.unsigned(w, at).lanewise(VectorOperators.LSHR, 4);
    }

    /** Broadcast from memory, which costs no shuffle. */
    private static FloatVector scale(float[] scales, int at) {
        return FloatVector.broadcast(Lanes.FLOATS, scales[at]);
    }

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

    static void dotsQ4K(
            MemorySegment w,
            long row,
            long rowBytes,
            int count,
            float[] x,
            int xo,
            int n,
            float[] sums,
            int so,
            float[] scales,
            int co) {
        int stride = BlockScales.stride(n);
        int minima = BlockScales.minima(n);
        for (int quad = 0; quad < count; quad++) {
            long first = row + quad * rowBytes;
            int c = co + 4 * quad * stride;
            FloatVector sum = FloatVector.zero(Lanes.FLOATS);
            for (int g = 0; g < n / 32; g += 2) {
                long p = first + (g >> 3) * 144L + 16 + (g & 6) * 16L;
                FloatVector scale = scale(scales, c + g);
                FloatVector minimum = scale(scales, c + minima + g);
                for (int i = 0; i < 32; i += L) {
                    FloatVector v = x(x, xo + 32 * g + i);
                    sum = SmallBlocks.floats(low(w, p + i)).fma(scale, minimum).fma(v, sum);
                }
                FloatVector nextScale = scale(scales, c + g + 1);
                FloatVector nextMinimum = scale(scales, c + minima + g + 1);
                for (int i = 0; i < 32; i += L) {
                    FloatVector v = x(x, xo + 32 * g + 32 + i);
                    sum = SmallBlocks.floats(high(w, p + i))
                            .fma(nextScale, nextMinimum)
                            .fma(v, sum);
                }
            }
            sums[so + 4 * quad] = Lanes.sum(sum);
        }
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
        float scale =
                SmallBlocks.halfValue(w, block + 208) * w.get(ValueLayout.JAVA_BYTE, block + 192 + run * 2L + (i >> 4));
        return q6k(
                        w,
                        block + half * 64L + (quarter & 1) * 32L + i,
                        (quarter >> 1) * 4,
                        block + 128 + half * 32L + i,
                        quarter * 2)
                .mul(scale);
    }

    /** One vector of values before the scale: nibbles from {@code lower} on, bit pairs from {@code upper} on. */
    private static FloatVector q6k(MemorySegment w, long lower, int lowerShift, long upper, int upperShift) {
        IntVector nibbles = SmallBlocks.unsigned(w, lower)
                .lanewise(VectorOperators.LSHR, lowerShift)
                .and(15);
        IntVector pairs = SmallBlocks.unsigned(w, upper)
                .lanewise(VectorOperators.LSHR, upperShift)
                .and(3)
                .lanewise(VectorOperators.LSHL, 4);
        return SmallBlocks.floats(nibbles.or(pairs).sub(32));
    }

    static void dotsQ6K(
            MemorySegment w,
            long row,
            long rowBytes,
            int count,
            float[] x,
            int xo,
            int n,
            float[] sums,
            int so,
            float[] scales,
            int co) {
        int stride = BlockScales.stride(n);
        for (int quad = 0; quad < count; quad++) {
            long first = row + quad * rowBytes;
            int c = co + 4 * quad * stride;
            FloatVector sum = FloatVector.zero(Lanes.FLOATS);
            for (int i = 0; i < n; i += L) {
                int run = (i >> 5) & 7;
                long lower = first + (i >> 8) * 210L + (run >> 2) * 64L + (run & 1) * 32L + (i & 31);
                long upper = first + (i >> 8) * 210L + 128 + (run >> 2) * 32L + (i & 31);
                int lowerShift = (run & 2) * 2;
                int upperShift = (run & 3) * 2;
                int g = c + (i >> 4);
                FloatVector v = x(x, xo + i);
                sum = q6k(w, lower, lowerShift, upper, upperShift)
                        .mul(scale(scales, g))
                        .fma(v, sum);
            }
            sums[so + 4 * quad] = Lanes.sum(sum);
        }
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
