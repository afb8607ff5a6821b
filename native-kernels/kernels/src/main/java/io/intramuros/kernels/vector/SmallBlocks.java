package io.intramuros.kernels.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Rows of Q8_0, Q4_0 and Q4_1 weights, blocks of 32 values, dequantised in registers. {@code dot} is one row with the
 * activations, and is bound by arithmetic on most machines; {@code unpack} lays one row's vectors into a panel,
 * {@code stride} floats apart. Both compute each weight by the same operations, so their sums agree to the bit. Needs
 * {@link Lanes#PACKED_BYTES}.
 */
final class SmallBlocks {
    private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE);
    private static final int L = Lanes.WIDTH;

    private SmallBlocks() {}

    static float halfValue(MemorySegment w, long at) {
        return Float.float16ToFloat(w.get(SHORT, at));
    }

    private static FloatVector half(MemorySegment w, long at) {
        return FloatVector.broadcast(Lanes.FLOATS, halfValue(w, at));
    }

    static IntVector unsigned(MemorySegment w, long at) {
        return (IntVector) ByteVector.fromMemorySegment(Lanes.BYTES, w, at, LITTLE)
                .convertShape(VectorOperators.ZERO_EXTEND_B2I, Lanes.INTS, 0);
    }

    static FloatVector signed(MemorySegment w, long at) {
        return floats((IntVector) ByteVector.fromMemorySegment(Lanes.BYTES, w, at, LITTLE)
                .convertShape(VectorOperators.B2I, Lanes.INTS, 0));
    }

    static FloatVector floats(IntVector v) {
        return (FloatVector) v.convert(VectorOperators.I2F, 0);
    }

    private static FloatVector x(float[] x, int at) {
        return FloatVector.fromArray(Lanes.FLOATS, x, at);
    }

    static float dotQ8x0(MemorySegment w, long row, float[] x, int xo, int n) {
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        long p = row;
        for (int b = 0; b < n; b += 32, p += 34) {
            FloatVector scale = half(w, p);
            for (int i = 0; i < 32; i += L) {
                sum = signed(w, p + 2 + i).mul(scale).fma(x(x, xo + b + i), sum);
            }
        }
        return Lanes.sum(sum);
    }

    static void unpackQ8x0(MemorySegment w, long row, int n, float[] panel, int at, int stride) {
        long p = row;
        int to = at;
        for (int b = 0; b < n; b += 32, p += 34) {
            FloatVector scale = half(w, p);
            for (int i = 0; i < 32; i += L, to += stride) {
                signed(w, p + 2 + i).mul(scale).intoArray(panel, to);
            }
        }
    }

    static float dotQ4x0(MemorySegment w, long row, float[] x, int xo, int n) {
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        long p = row;
        for (int b = 0; b < n; b += 32, p += 18) {
            FloatVector scale = half(w, p);
            for (int i = 0; i < 16; i += L) {
                sum = floats(unsigned(w, p + 2 + i).and(15).sub(8)).mul(scale).fma(x(x, xo + b + i), sum);
            }
            for (int i = 0; i < 16; i += L) {
                sum = floats(unsigned(w, p + 2 + i)
                                .lanewise(VectorOperators.LSHR, 4)
                                .sub(8))
                        .mul(scale)
                        .fma(x(x, xo + b + 16 + i), sum);
            }
        }
        return Lanes.sum(sum);
    }

    static void unpackQ4x0(MemorySegment w, long row, int n, float[] panel, int at, int stride) {
        long p = row;
        int to = at;
        for (int b = 0; b < n; b += 32, p += 18) {
            FloatVector scale = half(w, p);
            for (int i = 0; i < 16; i += L, to += stride) {
                floats(unsigned(w, p + 2 + i).and(15).sub(8)).mul(scale).intoArray(panel, to);
            }
            for (int i = 0; i < 16; i += L, to += stride) {
                floats(unsigned(w, p + 2 + i).lanewise(VectorOperators.LSHR, 4).sub(8))
                        .mul(scale)
                        .intoArray(panel, to);
            }
        }
    }

    static float dotQ4x1(MemorySegment w, long row, float[] x, int xo, int n) {
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        long p = row;
        for (int b = 0; b < n; b += 32, p += 20) {
            FloatVector scale = half(w, p);
            FloatVector minimum = half(w, p + 2);
            for (int i = 0; i < 16; i += L) {
                sum = floats(unsigned(w, p + 4 + i).and(15)).fma(scale, minimum).fma(x(x, xo + b + i), sum);
            }
            for (int i = 0; i < 16; i += L) {
                sum = floats(unsigned(w, p + 4 + i).lanewise(VectorOperators.LSHR, 4))
                        .fma(scale, minimum)
                        .fma(x(x, xo + b + 16 + i), sum);
            }
        }
        return Lanes.sum(sum);
    }

    static void unpackQ4x1(MemorySegment w, long row, int n, float[] panel, int at, int stride) {
        long p = row;
        int to = at;
        for (int b = 0; b < n; b += 32, p += 20) {
            FloatVector scale = half(w, p);
            FloatVector minimum = half(w, p + 2);
            for (int i = 0; i < 16; i += L, to += stride) {
                floats(unsigned(w, p + 4 + i).and(15)).fma(scale, minimum).intoArray(panel, to);
            }
            for (int i = 0; i < 16; i += L, to += stride) {
                floats(unsigned(w, p + 4 + i).lanewise(VectorOperators.LSHR, 4))
                        .fma(scale, minimum)
                        .intoArray(panel, to);
            }
        }
    }
}
