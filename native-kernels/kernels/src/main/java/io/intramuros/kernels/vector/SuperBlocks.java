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
        return SmallBlocks.half(w, block).mul(Dequantiser.q4kScale(w, block + 4, group));
    }

    private static FloatVector negativeMinimumQ4K(MemorySegment w, long block, int group) {
        return SmallBlocks.half(w, block + 2).mul(-Dequantiser.q4kMinimum(w, block + 4, group));
    }

    static float dotQ4K(MemorySegment w, long row, float[] x, int xo, int n) {
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        long p = row;
        for (int b = 0; b < n; b += 256, p += 144) {
            for (int group = 0; group < 8; group += 2) {
                FloatVector lowScale = scaleQ4K(w, p, group);
                FloatVector lowMinimum = negativeMinimumQ4K(w, p, group);
                FloatVector highScale = scaleQ4K(w, p, group + 1);
                FloatVector highMinimum = negativeMinimumQ4K(w, p, group + 1);
                long q = p + 16 + group * 16L;
                int at = xo + b + group * 32;
                for (int i = 0; i < 32; i += L) {
                    sum = SmallBlocks.floats(SmallBlocks.unsigned(w, q + i).and(15))
                            .fma(lowScale, lowMinimum)
                            .fma(x(x, at + i), sum);
                }
                for (int i = 0; i < 32; i += L) {
                    sum = SmallBlocks.floats(SmallBlocks.unsigned(w, q + i).lanewise(VectorOperators.LSHR, 4))
                            .fma(highScale, highMinimum)
                            .fma(x(x, at + 32 + i), sum);
                }
            }
        }
        return Lanes.sum(sum);
    }

    static void unpackQ4K(MemorySegment w, long row, int n, float[] panel, int at, int stride) {
        long p = row;
        int to = at;
        for (int b = 0; b < n; b += 256, p += 144) {
            for (int group = 0; group < 8; group++) {
                FloatVector scale = scaleQ4K(w, p, group);
                FloatVector minimum = negativeMinimumQ4K(w, p, group);
                long q = p + 16 + (group >> 1) * 32L;
                for (int i = 0; i < 32; i += L, to += stride) {
                    IntVector stored = SmallBlocks.unsigned(w, q + i);
                    IntVector value = (group & 1) == 0 ? stored.and(15) : stored.lanewise(VectorOperators.LSHR, 4);
                    SmallBlocks.floats(value).fma(scale, minimum).intoArray(panel, to);
                }
            }
        }
    }

    /** Sixteen or fewer values of run {@code run} (0 to 3) of a half block, from value {@code i} of the run on. */
    private static FloatVector q6k(MemorySegment w, long low, long high, int run, int i) {
        IntVector nibbles = SmallBlocks.unsigned(w, low + (run & 1) * 32L + i);
        IntVector lower = run < 2 ? nibbles.and(15) : nibbles.lanewise(VectorOperators.LSHR, 4);
        IntVector upper = SmallBlocks.unsigned(w, high + i)
                .lanewise(VectorOperators.LSHR, run * 2)
                .and(3)
                .lanewise(VectorOperators.LSHL, 4);
        return SmallBlocks.floats(lower.or(upper).sub(32));
    }

    static float dotQ6K(MemorySegment w, long row, float[] x, int xo, int n) {
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        long p = row;
        for (int b = 0; b < n; b += 256, p += 210) {
            FloatVector scales = SmallBlocks.half(w, p + 208);
            for (int half = 0; half < 2; half++) {
                for (int run = 0; run < 4; run++) {
                    for (int i = 0; i < 32; i += L) {
                        int value = half * 128 + run * 32 + i;
                        FloatVector scale = scales.mul(w.get(ValueLayout.JAVA_BYTE, p + 192 + (value >> 4)));
                        sum = q6k(w, p + half * 64L, p + 128 + half * 32L, run, i)
                                .mul(scale)
                                .fma(x(x, xo + b + value), sum);
                    }
                }
            }
        }
        return Lanes.sum(sum);
    }

    static void unpackQ6K(MemorySegment w, long row, int n, float[] panel, int at, int stride) {
        long p = row;
        int to = at;
        for (int b = 0; b < n; b += 256, p += 210) {
            FloatVector scales = SmallBlocks.half(w, p + 208);
            for (int half = 0; half < 2; half++) {
                for (int run = 0; run < 4; run++) {
                    for (int i = 0; i < 32; i += L, to += stride) {
                        int value = half * 128 + run * 32 + i;
                        FloatVector scale = scales.mul(w.get(ValueLayout.JAVA_BYTE, p + 192 + (value >> 4)));
                        q6k(w, p + half * 64L, p + 128 + half * 32L, run, i)
                                .mul(scale)
                                .intoArray(panel, to);
                    }
                }
            }
        }
    }
}
