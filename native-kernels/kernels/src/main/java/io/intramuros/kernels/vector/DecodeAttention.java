package io.intramuros.kernels.vector;

import io.intramuros.kernels.KvLayout;
import io.intramuros.kernels.StepBatch;
import java.util.Arrays;

/**
 * Causal attention of sequences that have one new token each: decode. Each sequence's context is split into segments
 * that threads take side by side, with all heads of a segment in turn, since those lie together in the cache; then the
 * segments are joined in order. Bound by the memory's bandwidth: {@code 4 · context · kvHeads · headDim} bytes per
 * sequence.
 */
final class DecodeAttention {
    private static final int TILE = CacheTile.TOKENS;

    private final ThreadTeam team;
    private final float[][] scores;
    private final SoftmaxSums segments = new SoftmaxSums();
    private final SoftmaxSums whole = new SoftmaxSums();
    private float[] queries = new float[0];

    // Of the batch at hand: its sequences with one token, the first segment of each, then their number, and the
    // sequence's place among them of each segment.
    private StepBatch batch;
    private int[] sequences;
    private int[] firstParts;
    private int[] placeOfPart;

    DecodeAttention(ThreadTeam team) {
        this.team = team;
        scores = new float[team.size()][4 * TILE];
    }

    /** Takes on the given sequences of a step; each has one new token. */
    void begin(StepBatch step, int[] ofSequences) {
        batch = step;
        sequences = ofSequences;
        firstParts = new int[sequences.length + 1];
        for (int i = 0; i < sequences.length; i++) {
            firstParts[i + 1] = firstParts[i] + (context(i) - 1) / BatchAttention.SEGMENT + 1;
        }
        placeOfPart = new int[firstParts[sequences.length]];
        for (int i = 0; i < sequences.length; i++) {
            Arrays.fill(placeOfPart, firstParts[i], firstParts[i + 1], i);
        }
    }

    private int context(int place) {
        return batch.contextTokens(sequences[place]);
    }

    private int row(int place) {
        return batch.sequenceStarts()[sequences[place]];
    }

    /** Attends from the sequences' rows of {@code q} to those of {@code out}, both {@code [T, heads · headDim]}. */
    void attend(VectorKvStore cache, int layer, int heads, float scale, float[] q, float[] out) {
        KvLayout layout = cache.layout();
        int dim = layout.headDim();
        int kvHeads = layout.kvHeads();
        int group = heads / kvHeads;
        int padded = Lanes.roundUp(group, 4);
        int parts = placeOfPart.length;
        segments.reserve(parts * kvHeads * padded, dim);
        whole.reserve(sequences.length * heads, dim);
        whole.clear(0, sequences.length * heads);
        scaleQueries(q, kvHeads, group, padded, dim, scale);
        // Threads that would find no segment share a segment's heads instead.
        int headsPerPart = parts < 2 * team.size() ? 1 : kvHeads;
        int runs = kvHeads / headsPerPart;
        team.run(parts * runs, (run, worker) -> {
            int head = run % runs * headsPerPart;
            segment(cache, layer, run / runs, head, head + headsPerPart, padded, scores[worker]);
        });
        team.runShort(sequences.length, (place, worker) -> join(place, kvHeads, group, padded, dim, out));
    }

    /** Lays the query heads of each key-value head out by fours. */
    private void scaleQueries(float[] q, int kvHeads, int group, int padded, int dim, float scale) {
        int size = sequences.length * kvHeads * padded * dim;
        if (queries.length < size) {
            queries = new float[size];
        }
        for (int place = 0; place < sequences.length; place++) {
            for (int head = 0; head < kvHeads; head++) {
                int from = (row(place) * kvHeads + head) * group * dim;
                int to = (place * kvHeads + head) * padded * dim;
                for (int i = 0; i < group * dim; i++) {
                    queries[to + i] = q[from + i] * scale;
                }
            }
        }
    }

    private void segment(
            VectorKvStore cache, int layer, int part, int headFrom, int headTo, int padded, float[] scratch) {
        int kvHeads = cache.layout().kvHeads();
        int dim = cache.layout().headDim();
        int place = placeOfPart[part];
        int[] blocks = batch.blockTables()[sequences[place]];
        int from = (part - firstParts[place]) * BatchAttention.SEGMENT;
        int to = Math.min(from + BatchAttention.SEGMENT, context(place));
        segments.clear((part * kvHeads + headFrom) * padded, (part * kvHeads + headTo) * padded);
        for (int first = from; first < to; first += TILE) {
            int n = Math.min(TILE, to - first);
            for (int head = headFrom; head < headTo; head++) {
                for (int quad = 0; quad < padded; quad += 4) {
                    scores(
                            cache,
                            layer,
                            blocks,
                            head,
                            first,
                            n,
                            ((place * kvHeads + head) * padded + quad) * dim,
                            scratch);
                    int sums = (part * kvHeads + head) * padded + quad;
                    for (int r = 0; r < 4; r++) {
                        Arrays.fill(scratch, r * TILE + n, (r + 1) * TILE, Float.NEGATIVE_INFINITY);
                        segments.weigh(sums + r, scratch, r * TILE, TILE);
                    }
                    values(cache, layer, blocks, head, first, n, scratch, sums * dim);
                }
            }
        }
    }

    /** Scores of the four rows at {@code queries[query]} with {@code n} keys; what lies beyond those is anything. */
    private void scores(
            VectorKvStore cache, int layer, int[] blocks, int head, int first, int n, int query, float[] scratch) {
        int dim = cache.layout().headDim();
        int stride = cache.layout().blockTokens() * Short.BYTES;
        for (int t = 0; t < n; t += CacheStream.COLUMNS) {
            long left = keyOffset(cache, blocks, head, first + t);
            long right = t + Lanes.WIDTH < n ? keyOffset(cache, blocks, head, first + t + Lanes.WIDTH) : left;
            OutOfLine.streamScores(cache.keys(layer), left, right, stride, queries, query, dim, scratch, t, TILE);
        }
    }

    private static long keyOffset(VectorKvStore cache, int[] blocks, int head, int token) {
        int blockTokens = cache.layout().blockTokens();
        return cache.headOffset(blocks[token / blockTokens], head) + (long) (token % blockTokens) * Short.BYTES;
    }

    private void values(
            VectorKvStore cache, int layer, int[] blocks, int head, int first, int n, float[] weights, int sums) {
        int blockTokens = cache.layout().blockTokens();
        int dim = cache.layout().headDim();
        int stride = dim * Short.BYTES;
        int run;
        for (int t = 0; t < n; t += run) {
            int slot = (first + t) % blockTokens;
            run = Math.min(n - t, blockTokens - slot);
            long at = cache.headOffset(blocks[(first + t) / blockTokens], head) + (long) slot * stride;
            for (int c = 0; c < dim; c += CacheStream.COLUMNS) {
                OutOfLine.streamValues(
                        cache.values(layer),
                        at + (long) c * Short.BYTES,
                        stride,
                        run,
                        weights,
                        t,
                        TILE,
                        segments.sums(),
                        sums + c,
                        dim);
            }
        }
    }

    private void join(int place, int kvHeads, int group, int padded, int dim, float[] out) {
        for (int head = 0; head < kvHeads; head++) {
            for (int g = 0; g < group; g++) {
                int joined = (place * kvHeads + head) * group + g;
                for (int part = firstParts[place]; part < firstParts[place + 1]; part++) {
                    whole.add(joined, segments, (part * kvHeads + head) * padded + g);
                }
                whole.write(joined, dim, out, ((row(place) * kvHeads + head) * group + g) * dim);
            }
        }
    }
}
