package io.intramuros.kernels.vector;

import io.intramuros.kernels.KvLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/**
 * Moves keys and values between the cache's blocks and FP32 tiles of {@link #TOKENS} neighbouring tokens of one head:
 * keys {@code [headDim, TOKENS]}, values {@code [TOKENS, valueStride]}. Reading is bound by memory: each cached byte once
 * per tile.
 */
final class CacheTile {
    /** Tokens of a tile; tiles begin at multiples of it, whatever the batch. A multiple of a tile's columns. */
    static final int TOKENS = 64;

    private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE);
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE);

    private CacheTile() {}

    /** Reads the keys and values of tokens {@code [first, first + n)} of a sequence. */
    static void read(
            VectorKvStore cache,
            int layer,
            int[] blocks,
            int head,
            int first,
            int n,
            float[] keys,
            float[] values,
            int valueStride) {
        KvLayout layout = cache.layout();
        int blockTokens = layout.blockTokens();
        int dim = layout.headDim();
        int size = layout.type().blockBytes();
        boolean bf16 = cache.bf16();
        int run;
        for (int t = 0; t < n; t += run) {
            int slot = (first + t) % blockTokens;
            run = Math.min(n - t, blockTokens - slot);
            long base = cache.headOffset(blocks[(first + t) / blockTokens], head);
            rows(cache.keys(layer), bf16, base + (long) slot * size, blockTokens * size, dim, run, keys, t, TOKENS);
            rows(
                    cache.values(layer),
                    bf16,
                    base + (long) slot * dim * size,
                    dim * size,
                    run,
                    dim,
                    values,
                    t * valueStride,
                    valueStride);
        }
    }

    /** Copies {@code rows} rows of {@code n} values, widened to FP32. */
    private static void rows(
            MemorySegment s,
            boolean bf16,
            long from,
            int fromStride,
            int rows,
            int n,
            float[] out,
            int to,
            int toStride) {
        int whole = n & -Lanes.WIDTH;
        if (bf16) {
            for (int r = 0; r < rows; r++) {
                bf16Row(s, from + (long) r * fromStride, whole, n, out, to + r * toStride);
            }
        } else {
            for (int r = 0; r < rows; r++) {
                f32Row(s, from + (long) r * fromStride, whole, n, out, to + r * toStride);
            }
        }
    }

    private static void bf16Row(MemorySegment s, long from, int whole, int n, float[] out, int to) {
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            PlainRows.bf16(s, from + 2L * i).intoArray(out, to + i);
        }
        for (int i = whole; i < n; i++) {
            out[to + i] = Float.intBitsToFloat(s.get(SHORT, from + 2L * i) << 16);
        }
    }

    private static void f32Row(MemorySegment s, long from, int whole, int n, float[] out, int to) {
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            FloatVector.fromMemorySegment(Lanes.FLOATS, s, from + 4L * i, LITTLE)
                    .intoArray(out, to + i);
        }
        for (int i = whole; i < n; i++) {
            out[to + i] = s.get(FLOAT, from + 4L * i);
        }
    }

    /** Writes one token's key at {@code keys[at]} and value at {@code values[at]} of one head. */
    static void write(
            VectorKvStore cache, int layer, int block, int slot, int head, float[] keys, float[] values, int at) {
        int dim = cache.layout().headDim();
        int blockTokens = cache.layout().blockTokens();
        long base = cache.headOffset(block, head);
        MemorySegment keyBlock = cache.keys(layer);
        MemorySegment valueBlock = cache.values(layer);
        if (cache.bf16()) {
            for (int e = 0; e < dim; e++) {
                keyBlock.set(SHORT, base + 2L * (e * blockTokens + slot), bf16(keys[at + e]));
                valueBlock.set(SHORT, base + 2L * (slot * dim + e), bf16(values[at + e]));
            }
        } else {
            for (int e = 0; e < dim; e++) {
                keyBlock.set(FLOAT, base + 4L * (e * blockTokens + slot), keys[at + e]);
                valueBlock.set(FLOAT, base + 4L * (slot * dim + e), values[at + e]);
            }
        }
    }

    /** The nearest BF16, ties to even; a NaN stays a NaN. */
    private static short bf16(float value) {
        if (Float.isNaN(value)) {
            return 0x7FC0;
        }
        int bits = Float.floatToRawIntBits(value);
        return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }
}
