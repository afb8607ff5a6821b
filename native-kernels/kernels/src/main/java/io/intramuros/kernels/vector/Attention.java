package io.intramuros.kernels.vector;

import io.intramuros.kernels.KvLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Attention over the cache. */
final class Attention {
    private Attention() {}

    static float load(MemorySegment s, boolean bf16, long base, int index) {
        return bf16
                ? Float.intBitsToFloat(s.get(ValueLayout.JAVA_SHORT, base + 2L * index) << 16)
                : s.get(ValueLayout.JAVA_FLOAT, base + 4L * index);
    }

    static void store(MemorySegment s, boolean bf16, long base, int index, float value) {
        if (bf16) {
            s.set(ValueLayout.JAVA_SHORT, base + 2L * index, Bf16.of(value));
        } else {
            s.set(ValueLayout.JAVA_FLOAT, base + 4L * index, value);
        }
    }

    /** One query head of one token over the {@code tokens} first tokens of its sequence. */
    static void head(
            VectorKvStore cache,
            int layer,
            int[] blocks,
            int kvHead,
            int tokens,
            float scale,
            float[] q,
            int qo,
            float[] scores,
            float[] out,
            int oo) {
        KvLayout layout = cache.layout();
        int dim = layout.headDim();
        int blockTokens = layout.blockTokens();
        boolean bf16 = cache.bf16();
        MemorySegment keys = cache.keys(layer);
        MemorySegment values = cache.values(layer);
        float max = Float.NEGATIVE_INFINITY;
        for (int t = 0; t < tokens; t++) {
            long base = cache.headOffset(blocks[t / blockTokens], kvHead);
            float sum = 0;
            for (int e = 0; e < dim; e++) {
                sum = Math.fma(q[qo + e], load(keys, bf16, base, e * blockTokens + t % blockTokens), sum);
            }
            scores[t] = sum * scale;
            max = Math.max(max, scores[t]);
        }
        for (int e = 0; e < dim; e++) {
            out[oo + e] = 0;
        }
        float total = 0;
        for (int t = 0; t < tokens; t++) {
            float p = (float) Math.exp(scores[t] - max);
            total += p;
            long base = cache.headOffset(blocks[t / blockTokens], kvHead);
            for (int e = 0; e < dim; e++) {
                out[oo + e] = Math.fma(p, load(values, bf16, base, t % blockTokens * dim + e), out[oo + e]);
            }
        }
        for (int e = 0; e < dim; e++) {
            out[oo + e] /= total;
        }
    }
}
