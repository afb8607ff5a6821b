package io.intramuros.kernels.vector;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Rows of F32, F16 and BF16 weights in registers. {@code dots} streams {@code count} quads of rows, each quad's
 * rows {@code rowBytes} behind the last one's, and keeps a sum of each row: {@code sums[4·quad + j] = row j · x}; it
 * reads {@code 4·n} weights per quad and is bound by memory. {@code dot} takes one row. {@code unpack} lays the vectors of
 * one row into a panel, {@code stride} floats apart. Columns {@code n} are whole vectors, those of BF16 whole pairs of
 * vectors in {@link PairedOrder}; rows have any alignment.
 */
final class PlainRows {
    private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

    private PlainRows() {}

    static FloatVector f32(MemorySegment w, long at) {
        return FloatVector.fromMemorySegment(Lanes.FLOATS, w, at, LITTLE);
    }

    static FloatVector bf16(MemorySegment w, long at) {
        return widened(w, at).lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    /** Exact, subnormals, infinities and NaNs included. */
    static FloatVector f16(MemorySegment w, long at) {
        IntVector bits = widened(w, at);
        IntVector magnitude = bits.and(0x7FFF).lanewise(VectorOperators.LSHL, 13);
        IntVector sign = bits.and(0x8000).lanewise(VectorOperators.LSHL, 16);
        return magnitude
                .reinterpretAsFloats()
                .mul(0x1p112f)
                .reinterpretAsInts()
                .blend(magnitude.or(0x7F800000), magnitude.compare(VectorOperators.GE, 0x0F800000))
                .or(sign)
                .reinterpretAsFloats();
    }

    private static IntVector widened(MemorySegment w, long at) {
        return (IntVector) ShortVector.fromMemorySegment(Lanes.SHORTS, w, at, LITTLE)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.INTS, 0);
    }

    static void dotsF32(
            MemorySegment w,
            long r0,
            long r1,
            long r2,
            long r3,
            long rowBytes,
            int count,
            float[] x,
            int xo,
            int n,
            float[] sums) {
        for (int quad = 0; quad < count; quad++) {
            long skip = quad * rowBytes;
            FloatVector s0 = FloatVector.zero(Lanes.FLOATS);
            FloatVector s1 = s0;
            FloatVector s2 = s0;
            FloatVector s3 = s0;
            for (int i = 0; i < n; i += Lanes.WIDTH) {
                FloatVector v = FloatVector.fromArray(Lanes.FLOATS, x, xo + i);
                s0 = f32(w, r0 + skip + 4L * i).fma(v, s0);
                s1 = f32(w, r1 + skip + 4L * i).fma(v, s1);
                s2 = f32(w, r2 + skip + 4L * i).fma(v, s2);
                s3 = f32(w, r3 + skip + 4L * i).fma(v, s3);
            }
            Lanes.sums(s0, s1, s2, s3, sums, 4 * quad);
        }
    }

    static float dotF16(MemorySegment w, long row, float[] x, int xo, int n) {
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < n; i += Lanes.WIDTH) {
            sum = f16(w, row + 2L * i).fma(FloatVector.fromArray(Lanes.FLOATS, x, xo + i), sum);
        }
        return Lanes.sum(sum);
    }

    static void dotsBf16(
            MemorySegment w,
            long r0,
            long r1,
            long r2,
            long r3,
            long rowBytes,
            int count,
            float[] x,
            int xo,
            int n,
            float[] sums) {
        for (int quad = 0; quad < count; quad++) {
            long skip = quad * rowBytes;
            FloatVector s0 = FloatVector.zero(Lanes.FLOATS);
            FloatVector s1 = s0;
            FloatVector s2 = s0;
            FloatVector s3 = s0;
            for (int i = 0; i < n; i += 2 * Lanes.WIDTH) {
                FloatVector even = FloatVector.fromArray(Lanes.FLOATS, x, xo + i);
                FloatVector odd = FloatVector.fromArray(Lanes.FLOATS, x, xo + i + Lanes.WIDTH);
                IntVector w0 = pairs(w, r0 + skip + 2L * i);
                IntVector w1 = pairs(w, r1 + skip + 2L * i);
                IntVector w2 = pairs(w, r2 + skip + 2L * i);
                IntVector w3 = pairs(w, r3 + skip + 2L * i);
                s0 = odd(w0).fma(odd, even(w0).fma(even, s0));
                s1 = odd(w1).fma(odd, even(w1).fma(even, s1));
                s2 = odd(w2).fma(odd, even(w2).fma(even, s2));
                s3 = odd(w3).fma(odd, even(w3).fma(even, s3));
            }
            Lanes.sums(s0, s1, s2, s3, sums, 4 * quad);
        }
    }

    /** Two BF16 values in each lane: the lower half is the even column, the upper half the odd one. */
    private static IntVector pairs(MemorySegment w, long at) {
        return IntVector.fromMemorySegment(Lanes.INTS, w, at, LITTLE);
    }

    private static FloatVector even(IntVector pairs) {
        return pairs.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    private static FloatVector odd(IntVector pairs) {
        return pairs.and(0xFFFF0000).reinterpretAsFloats();
    }

    static void unpackF32(MemorySegment w, long row, int n, float[] panel, int at, int stride) {
        for (int i = 0, to = at; i < n; i += Lanes.WIDTH, to += stride) {
            f32(w, row + 4L * i).intoArray(panel, to);
        }
    }

    static void unpackF16(MemorySegment w, long row, int n, float[] panel, int at, int stride) {
        for (int i = 0, to = at; i < n; i += Lanes.WIDTH, to += stride) {
            f16(w, row + 2L * i).intoArray(panel, to);
        }
    }

    static void unpackBf16(MemorySegment w, long row, int n, float[] panel, int at, int stride) {
        for (int i = 0, to = at; i < n; i += 2 * Lanes.WIDTH, to += 2 * stride) {
            IntVector pairs = pairs(w, row + 2L * i);
            even(pairs).intoArray(panel, to);
            odd(pairs).intoArray(panel, to + stride);
        }
    }
}
