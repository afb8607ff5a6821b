package io.intramuros.kernels.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/**
 * The scales of Q4_K and Q6_K rows as floats, worked out before the rows are multiplied, where a float is broadcast
 * straight from memory.
 *
 * <p>A piece of a row of {@code n} columns gets {@link #stride} floats: the scales of its groups, and from
 * {@link #minima} on what is added to their values. Each method does {@code count} rows, {@code rowBytes} apart, whose
 * floats begin at {@code at} and are {@code 4·stride} apart: one of the four streams of {@link Gemv}. Bound by latency;
 * reads a tenth of the rows' bytes.
 */
final class BlockScales {
    /** The most floats of one piece of a row. */
    static final int MOST = stride(Gemm.COLUMN_BLOCK);

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int L = Lanes.WIDTH;

    private BlockScales() {}

    /** Floats from a group's scale to its minimum. */
    static int minima(int n) {
        return Lanes.roundUp(n / 32, 16);
    }

    /** Floats of a piece of a row. */
    static int stride(int n) {
        return 2 * minima(n);
    }

    static void scalesQ4K(MemorySegment w, long row, long rowBytes, int count, int n, float[] to, int at) {
        for (int i = 0; i < count; i++) {
            int scale = at + 4 * i * stride(n);
            for (int b = 0; b < n / 256; b++, scale += 8) {
                long p = row + i * rowBytes + b * 144L;
                float scales = SmallBlocks.halfValue(w, p);
                float minima = -SmallBlocks.halfValue(w, p + 2);
                int first = w.get(INT, p + 4);
                int second = w.get(INT, p + 8);
                int third = w.get(INT, p + 12);
                bytes(first & 0x3F3F3F3F, scales, to, scale);
                bytes((third & 0x0F0F0F0F) | ((first >>> 2) & 0x30303030), scales, to, scale + 4);
                bytes(second & 0x3F3F3F3F, minima, to, scale + minima(n));
                bytes(((third >>> 4) & 0x0F0F0F0F) | ((second >>> 2) & 0x30303030), minima, to, scale + minima(n) + 4);
            }
        }
    }

    private static void bytes(int four, float factor, float[] to, int at) {
        to[at] = factor * (four & 0xFF);
        to[at + 1] = factor * ((four >>> 8) & 0xFF);
        to[at + 2] = factor * ((four >>> 16) & 0xFF);
        to[at + 3] = factor * (four >>> 24);
    }

    /** Groups of 16 values here. */
    static void scalesQ6K(MemorySegment w, long row, long rowBytes, int count, int n, float[] to, int at) {
        for (int i = 0; i < count; i++) {
            int scale = at + 4 * i * stride(n);
            for (int b = 0; b < n / 256; b++, scale += 16) {
                long p = row + i * rowBytes + b * 210L;
                FloatVector scales = FloatVector.broadcast(Lanes.FLOATS, SmallBlocks.halfValue(w, p + 208));
                for (int g = 0; g < 16; g += L) {
                    SmallBlocks.signed(w, p + 192 + g).mul(scales).intoArray(to, scale + g);
                }
            }
        }
    }
}
