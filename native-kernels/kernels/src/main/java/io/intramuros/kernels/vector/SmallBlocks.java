package io.intramuros.kernels.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Rows of Q8_0, Q4_0 and Q4_1 weights, blocks of 32 values, dequantised in registers. {@code dots} multiplies one of the
 * four streams of {@code count} quads of rows, with the scales that {@link BlockScales} worked out:
 * {@code sums[so + 4·quad] = row · x}; it is bound by arithmetic on most machines. {@code unpack} lays one row's vectors
 * into a panel, {@code stride} floats apart. Both compute each weight by the same operations, so their sums agree to the
 * bit. Needs {@link Lanes#PACKED_BYTES}.
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

    static IntVector low(MemorySegment w, long at) {
        return unsigned(w, at).and(15);
    }

    static IntVector high(MemorySegment w, long at) {
        return unsigned(w, at).lanewise(VectorOperators.LSHR, 4);
    }

    /** Broadcast from memory, which costs no shuffle. */
    static FloatVector scale(float[] scales, int at) {
        return FloatVector.broadcast(Lanes.FLOATS, scales[at]);
    }

    private static FloatVector x(float[] x, int at) {
        return FloatVector.fromArray(Lanes.FLOATS, x, at);
    }

    static void dotsQ8x0(
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
            for (int b = 0; b < n / 32; b++) {
                long p = first + b * 34L + 2;
                FloatVector scale = scale(scales, c + b);
                for (int i = 0; i < 32; i += L) {
                    FloatVector v = x(x, xo + 32 * b + i);
                    sum = signed(w, p + i).mul(scale).fma(v, sum);
                }
            }
            sums[so + 4 * quad] = Lanes.sum(sum);
        }
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

    static void dotsQ4x0(
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
            for (int b = 0; b < n / 32; b++) {
                long p = first + b * 18L + 2;
                FloatVector scale = scale(scales, c + b);
                for (int i = 0; i < 16; i += L) {
                    FloatVector v = x(x, xo + 32 * b + i);
                    sum = floats(low(w, p + i).sub(8)).mul(scale).fma(v, sum);
                }
                for (int i = 0; i < 16; i += L) {
                    FloatVector v = x(x, xo + 32 * b + 16 + i);
                    sum = floats(high(w, p + i).sub(8)).mul(scale).fma(v, sum);
                }
            }
            sums[so + 4 * quad] = Lanes.sum(sum);
        }
    }

    static void unpackQ4x0(MemorySegment w, long row, int n, float[] panel, int at, int stride) {
        long p = row;
        int to = at;
        for (int b = 0; b < n; b += 32, p += 18) {
            FloatVector scale = half(w, p);
            for (int i = 0; i < 16; i += L, to += stride) {
                floats(low(w, p + 2 + i).sub(8)).mul(scale).intoArray(panel, to);
            }
            for (int i = 0; i < 16; i += L, to += stride) {
                floats(high(w, p + 2 + i).sub(8)).mul(scale).intoArray(panel, to);
            }
        }
    }

    static void dotsQ4x1(
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
            for (int b = 0; b < n / 32; b++) {
                long p = first + b * 20L + 4;
                FloatVector scale = scale(scales, c + b);
                FloatVector minimum = scale(scales, c + b + minima);
                for (int i = 0; i < 16; i += L) {
                    FloatVector v = x(x, xo + 32 * b + i);
                    sum = floats(low(w, p + i)).fma(scale, minimum).fma(v, sum);
                }
                for (int i = 0; i < 16; i += L) {
                    FloatVector v = x(x, xo + 32 * b + 16 + i);
                    sum = floats(high(w, p + i)).fma(scale, minimum).fma(v, sum);
                }
            }
            sums[so + 4 * quad] = Lanes.sum(sum);
        }
    }

    static void unpackQ4x1(MemorySegment w, long row, int n, float[] panel, int at, int stride) {
        long p = row;
        int to = at;
        for (int b = 0; b < n; b += 32, p += 20) {
            FloatVector scale = half(w, p);
            FloatVector minimum = half(w, p + 2);
            for (int i = 0; i < 16; i += L, to += stride) {
                floats(low(w, p + 4 + i)).fma(scale, minimum).intoArray(panel, to);
            }
            for (int i = 0; i < 16; i += L, to += stride) {
                floats(high(w, p + 4 + i)).fma(scale, minimum).intoArray(panel, to);
            }
        }
    }
}
