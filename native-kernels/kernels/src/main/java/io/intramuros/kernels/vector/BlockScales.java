package io.intramuros.kernels.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The scales of quantised rows as floats, worked out before the rows are multiplied: a vector of halves is widened at a
 * time here, and a float is broadcast straight from memory there. Block by block this took as long as the products.
 *
 * <p>A piece of a row of {@code n} columns gets {@link #stride} floats: the scales of its groups, and from
 * {@link #minima} on what is added to their values. Each method does {@code count} rows, {@code rowBytes} apart, whose
 * floats begin at {@code at} and are {@code 4·stride} apart: one of the four streams of {@link Gemv}. Halves are gathered
 * in {@code raw} for all rows before they are widened: a vector cannot be loaded from small stores that are still under
 * way. Bound by latency; reads a tenth of the rows' bytes.
 */
final class BlockScales {
    /** The most floats of one piece of a row. */
    static final int MOST = stride(Gemm.COLUMN_BLOCK);

    private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE);
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

    static void scalesQ8x0(MemorySegment w, long row, long rowBytes, int count, int n, float[] to, int at, int[] raw) {
        halves(w, row, rowBytes, count, n, to, at, raw, 34);
    }

    static void scalesQ4x0(MemorySegment w, long row, long rowBytes, int count, int n, float[] to, int at, int[] raw) {
        halves(w, row, rowBytes, count, n, to, at, raw, 18);
    }

    private static void halves(
            MemorySegment w, long row, long rowBytes, int count, int n, float[] to, int at, int[] raw, int blockBytes) {
        int padded = minima(n);
        for (int i = 0; i < count; i++) {
            long p = row + i * rowBytes;
            for (int b = 0; b < n / 32; b++) {
                raw[i * padded + b] = w.get(SHORT, p + (long) b * blockBytes) & 0xFFFF;
            }
        }
        for (int i = 0; i < count; i++) {
            int first = at + 4 * i * stride(n);
            for (int b = 0; b < padded; b += L) {
                PlainRows.f16(IntVector.fromArray(Lanes.INTS, raw, i * padded + b))
                        .intoArray(to, first + b);
            }
        }
    }

    static void scalesQ4x1(MemorySegment w, long row, long rowBytes, int count, int n, float[] to, int at, int[] raw) {
        int padded = minima(n);
        for (int i = 0; i < count; i++) {
            long p = row + i * rowBytes;
            for (int b = 0; b < n / 32; b++) {
                raw[i * padded + b] = w.get(INT, p + b * 20L);
            }
        }
        for (int i = 0; i < count; i++) {
            int first = at + 4 * i * stride(n);
            for (int b = 0; b < padded; b += L) {
                IntVector both = IntVector.fromArray(Lanes.INTS, raw, i * padded + b);
                PlainRows.f16(both).intoArray(to, first + b);
                PlainRows.f16(both.lanewise(VectorOperators.LSHR, 16)).intoArray(to, first + padded + b);
            }
        }
    }

    static void scalesQ4K(MemorySegment w, long row, long rowBytes, int count, int n, float[] to, int at, int[] raw) {
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
    static void scalesQ6K(MemorySegment w, long row, long rowBytes, int count, int n, float[] to, int at, int[] raw) {
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
