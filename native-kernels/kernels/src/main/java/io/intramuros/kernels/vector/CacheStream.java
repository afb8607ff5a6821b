package io.intramuros.kernels.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The two products of attention for the query heads of one token, straight from BF16 blocks of the cache: decode. Bound
 * by the memory's bandwidth, each cached byte read once per four heads; a {@link CacheTile} would write and read twice
 * as many again. Every output is summed in the order of {@link BroadcastTile}, so both give the same bits.
 *
 * <p>Four rows of two vectors: eight sums hide the latency of a multiply-add, and the registers of AVX2 hold them.
 */
final class CacheStream {
    /** Columns, tokens or values of a head, that one call takes. */
    static final int COLUMNS = 2 * Lanes.WIDTH;

    private static final int L = Lanes.WIDTH;

    private CacheStream() {}

    /** Whether blocks of this shape can be streamed: vectors that do not cross the border of a block or a head. */
    static boolean supports(VectorKvStore cache) {
        return cache.bf16()
                && cache.layout().blockTokens() % L == 0
                && cache.layout().headDim() % COLUMNS == 0;
    }

    /**
     * {@code scores[4, 2·WIDTH] = q[4, dim] · keys[dim, 2·WIDTH]}.
     *
     * @param left byte offset of the first vector's tokens in the keys' first dimension
     * @param right the same of the second vector
     * @param stride bytes from one dimension to the next
     */
    static void scores(
            MemorySegment keys,
            long left,
            long right,
            int stride,
            float[] q,
            int qo,
            int dim,
            float[] scores,
            int so,
            int sStride) {
        FloatVector s00 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s01 = s00;
        FloatVector s10 = s00;
        FloatVector s11 = s00;
        FloatVector s20 = s00;
        FloatVector s21 = s00;
        FloatVector s30 = s00;
        FloatVector s31 = s00;
        for (int e = 0; e < dim; e++) {
            FloatVector b0 = PlainRows.bf16(keys, left + (long) e * stride);
            FloatVector b1 = PlainRows.bf16(keys, right + (long) e * stride);
            FloatVector v = FloatVector.broadcast(Lanes.FLOATS, q[qo + e]);
            s00 = b0.fma(v, s00);
            s01 = b1.fma(v, s01);
            v = FloatVector.broadcast(Lanes.FLOATS, q[qo + dim + e]);
            s10 = b0.fma(v, s10);
            s11 = b1.fma(v, s11);
            v = FloatVector.broadcast(Lanes.FLOATS, q[qo + 2 * dim + e]);
            s20 = b0.fma(v, s20);
            s21 = b1.fma(v, s21);
            v = FloatVector.broadcast(Lanes.FLOATS, q[qo + 3 * dim + e]);
            s30 = b0.fma(v, s30);
            s31 = b1.fma(v, s31);
        }
        s00.intoArray(scores, so);
        s01.intoArray(scores, so + L);
        s10.intoArray(scores, so + sStride);
        s11.intoArray(scores, so + sStride + L);
        s20.intoArray(scores, so + 2 * sStride);
        s21.intoArray(scores, so + 2 * sStride + L);
        s30.intoArray(scores, so + 3 * sStride);
        s31.intoArray(scores, so + 3 * sStride + L);
    }

    /**
     * {@code sums[4, 2·WIDTH] += weights[4, n] · values[n, 2·WIDTH]}.
     *
     * @param at byte offset of the first token's values
     * @param stride bytes from one token to the next
     */
    static void values(
            MemorySegment values,
            long at,
            int stride,
            int n,
            float[] weights,
            int wo,
            int wStride,
            float[] sums,
            int so,
            int sStride) {
        FloatVector s00 = load(sums, so);
        FloatVector s01 = load(sums, so + L);
        FloatVector s10 = load(sums, so + sStride);
        FloatVector s11 = load(sums, so + sStride + L);
        FloatVector s20 = load(sums, so + 2 * sStride);
        FloatVector s21 = load(sums, so + 2 * sStride + L);
        FloatVector s30 = load(sums, so + 3 * sStride);
        FloatVector s31 = load(sums, so + 3 * sStride + L);
        for (int t = 0; t < n; t++) {
            FloatVector b0 = PlainRows.bf16(values, at + (long) t * stride);
            FloatVector b1 = PlainRows.bf16(values, at + (long) t * stride + 2L * L);
            FloatVector v = FloatVector.broadcast(Lanes.FLOATS, weights[wo + t]);
            s00 = b0.fma(v, s00);
            s01 = b1.fma(v, s01);
            v = FloatVector.broadcast(Lanes.FLOATS, weights[wo + wStride + t]);
            s10 = b0.fma(v, s10);
            s11 = b1.fma(v, s11);
            v = FloatVector.broadcast(Lanes.FLOATS, weights[wo + 2 * wStride + t]);
            s20 = b0.fma(v, s20);
            s21 = b1.fma(v, s21);
            v = FloatVector.broadcast(Lanes.FLOATS, weights[wo + 3 * wStride + t]);
            s30 = b0.fma(v, s30);
            s31 = b1.fma(v, s31);
        }
        s00.intoArray(sums, so);
        s01.intoArray(sums, so + L);
        s10.intoArray(sums, so + sStride);
        s11.intoArray(sums, so + sStride + L);
        s20.intoArray(sums, so + 2 * sStride);
        s21.intoArray(sums, so + 2 * sStride + L);
        s30.intoArray(sums, so + 3 * sStride);
        s31.intoArray(sums, so + 3 * sStride + L);
    }

    private static FloatVector load(float[] v, int at) {
        return FloatVector.fromArray(Lanes.FLOATS, v, at);
    }
}
