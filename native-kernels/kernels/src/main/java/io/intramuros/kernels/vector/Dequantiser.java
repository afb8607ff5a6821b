package io.intramuros.kernels.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Turns stored weights into floats, one value at a time: the plain way, for rows that are looked up and for machines
 * whose vectors are too narrow for the fused kernels. The layouts of the quantised blocks are those of the GGUF format.
 */
final class Dequantiser {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Dequantiser() {}

    /** {@code out[at, at + columns)} = row {@code row} of {@code w}. */
    static void row(VectorWeight w, int row, float[] out, int at) {
        columns(w, row, 0, w.columns(), out, at);
    }

    /** {@code out[at, at + n)} = columns {@code [column, column + n)} of a row, whole blocks of the type. */
    static void columns(VectorWeight w, int row, int column, int n, float[] out, int at) {
        MemorySegment s = w.data();
        long from = w.offset(row) + w.type().rowBytes(column);
        switch (w.type()) {
            case F32 -> MemorySegment.copy(s, FLOAT, from, out, at, n);
            case F16 -> f16(s, from, n, out, at);
            case BF16 -> bf16(s, from, n, out, at);
            case Q8_0 -> q8x0(s, from, n, out, at);
            case Q4_0 -> q4x0(s, from, n, out, at);
            case Q4_1 -> q4x1(s, from, n, out, at);
            case Q4_K -> q4k(s, from, n, out, at);
            case Q6_K -> q6k(s, from, n, out, at);
        }
    }

    private static float half(MemorySegment s, long at) {
        return Float.float16ToFloat(s.get(SHORT, at));
    }

    private static int unsigned(MemorySegment s, long at) {
        return s.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
    }

    private static void f16(MemorySegment s, long from, int columns, float[] out, int at) {
        for (int i = 0; i < columns; i++) {
            out[at + i] = half(s, from + 2L * i);
        }
    }

    private static void bf16(MemorySegment s, long from, int columns, float[] out, int at) {
        for (int i = 0; i < columns; i++) {
            out[at + i] = Float.intBitsToFloat(s.get(SHORT, from + 2L * i) << 16);
        }
    }

    /** Block: F16 scale, 32 signed bytes. */
    private static void q8x0(MemorySegment s, long from, int columns, float[] out, int at) {
        long p = from;
        for (int b = 0; b < columns; b += 32, p += 34) {
            float scale = half(s, p);
            for (int i = 0; i < 32; i++) {
                out[at + b + i] = scale * s.get(ValueLayout.JAVA_BYTE, p + 2 + i);
            }
        }
    }

    /** Block: F16 scale, 16 bytes; low nibbles are the first half, high nibbles the second; 8 stands for zero. */
    private static void q4x0(MemorySegment s, long from, int columns, float[] out, int at) {
        long p = from;
        for (int b = 0; b < columns; b += 32, p += 18) {
            float scale = half(s, p);
            for (int i = 0; i < 16; i++) {
                int q = unsigned(s, p + 2 + i);
                out[at + b + i] = scale * ((q & 15) - 8);
                out[at + b + 16 + i] = scale * ((q >> 4) - 8);
            }
        }
    }

    /** Block: F16 scale, F16 minimum, 16 bytes as in {@link #q4x0} but counted from the minimum. */
    private static void q4x1(MemorySegment s, long from, int columns, float[] out, int at) {
        long p = from;
        for (int b = 0; b < columns; b += 32, p += 20) {
            float scale = half(s, p);
            float minimum = half(s, p + 2);
            for (int i = 0; i < 16; i++) {
                int q = unsigned(s, p + 4 + i);
                out[at + b + i] = Math.fma(scale, q & 15, minimum);
                out[at + b + 16 + i] = Math.fma(scale, q >> 4, minimum);
            }
        }
    }

    /**
     * Block: F16 scale of scales, F16 scale of minima, 12 bytes with eight 6-bit scales and minima, 128 bytes; each 32
     * bytes hold two groups of 32, low nibbles first.
     */
    private static void q4k(MemorySegment s, long from, int columns, float[] out, int at) {
        long p = from;
        for (int b = 0; b < columns; b += 256, p += 144) {
            float scales = half(s, p);
            float minima = half(s, p + 2);
            for (int group = 0; group < 8; group++) {
                float scale = scales * q4kScale(s, p + 4, group);
                float minimum = minima * q4kMinimum(s, p + 4, group);
                long q = p + 16 + (group >> 1) * 32L;
                int shift = (group & 1) * 4;
                for (int i = 0; i < 32; i++) {
                    out[at + b + group * 32 + i] = Math.fma(scale, (unsigned(s, q + i) >> shift) & 15, -minimum);
                }
            }
        }
    }

    static int q4kScale(MemorySegment s, long scales, int group) {
        return group < 4
                ? unsigned(s, scales + group) & 63
                : (unsigned(s, scales + group + 4) & 15) | ((unsigned(s, scales + group - 4) >> 6) << 4);
    }

    static int q4kMinimum(MemorySegment s, long scales, int group) {
        return group < 4
                ? unsigned(s, scales + group + 4) & 63
                : (unsigned(s, scales + group + 4) >> 4) | ((unsigned(s, scales + group) >> 6) << 4);
    }

    /**
     * Block: 128 bytes of low nibbles, 64 bytes of upper bit pairs, 16 signed scales, F16 scale of scales; 32 stands for
     * zero. Each half of the block holds four runs of 32 values.
     */
    private static void q6k(MemorySegment s, long from, int columns, float[] out, int at) {
        long p = from;
        for (int b = 0; b < columns; b += 256, p += 210) {
            float scales = half(s, p + 208);
            for (int i = 0; i < 256; i++) {
                int half = i >> 7;
                int run = (i >> 5) & 3;
                int low = unsigned(s, p + half * 64L + (run & 1) * 32L + (i & 31)) >> ((run >> 1) * 4) & 15;
                int high = unsigned(s, p + 128 + half * 32L + (i & 31)) >> (run * 2) & 3;
                float scale = scales * s.get(ValueLayout.JAVA_BYTE, p + 192 + (i >> 4));
                out[at + b + i] = scale * ((low | high << 4) - 32);
            }
        }
    }
}
