package io.intramuros.kernels.vector;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Rows of F32, F16 and BF16 weights in registers. {@code dots} streams four rows once and keeps a sum of each:
 * {@code sums[j] = row j · x}; it reads {@code 4·n} weights and is bound by memory. {@code dot} takes one row. {@code unpack} lays the vectors of
 * one row into a panel, {@code stride} floats apart. Columns {@code n} are whole vectors; rows have any alignment.
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

    static void dotsF32(MemorySegment w, long r0, long r1, long r2, long r3, float[] x, int xo, int n, float[] sums) {
        FloatVector s0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int i = 0; i < n; i += Lanes.WIDTH) {
            FloatVector v = FloatVector.fromArray(Lanes.FLOATS, x, xo + i);
            s0 = f32(w, r0 + 4L * i).fma(v, s0);
            s1 = f32(w, r1 + 4L * i).fma(v, s1);
            s2 = f32(w, r2 + 4L * i).fma(v, s2);
            s3 = f32(w, r3 + 4L * i).fma(v, s3);
        }
        store(s0, s1, s2, s3, sums);
    }

    static float dotF16(MemorySegment w, long row, float[] x, int xo, int n) {
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < n; i += Lanes.WIDTH) {
            sum = f16(w, row + 2L * i).fma(FloatVector.fromArray(Lanes.FLOATS, x, xo + i), sum);
        }
        return Lanes.sum(sum);
    }

    static void dotsBf16(MemorySegment w, long r0, long r1, long r2, long r3, float[] x, int xo, int n, float[] sums) {
        FloatVector s0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int i = 0; i < n; i += Lanes.WIDTH) {
            FloatVector v = FloatVector.fromArray(Lanes.FLOATS, x, xo + i);
            s0 = bf16(w, r0 + 2L * i).fma(v, s0);
            s1 = bf16(w, r1 + 2L * i).fma(v, s1);
            s2 = bf16(w, r2 + 2L * i).fma(v, s2);
            s3 = bf16(w, r3 + 2L * i).fma(v, s3);
        }
        store(s0, s1, s2, s3, sums);
    }

    private static void store(FloatVector s0, FloatVector s1, FloatVector s2, FloatVector s3, float[] sums) {
        sums[0] = Lanes.sum(s0);
        sums[1] = Lanes.sum(s1);
        sums[2] = Lanes.sum(s2);
        sums[3] = Lanes.sum(s3);
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
        for (int i = 0, to = at; i < n; i += Lanes.WIDTH, to += stride) {
            bf16(w, row + 2L * i).intoArray(panel, to);
        }
    }
}
