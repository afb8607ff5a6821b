package io.intramuros.kernels.vector;

import io.intramuros.kernels.KvLayout;
import java.util.Arrays;

/**
 * Causal attention of some new tokens of one sequence, for one key-value head and the query heads that share it. The
 * sequence's cached tokens pass by in segments of {@link BatchAttention#SEGMENT}, and in them by tiles of {@link CacheTile#TOKENS}, both
 * beginning at fixed positions, with a running softmax in a segment and the segments joined in order. So a token's
 * result does not depend on the tokens it is computed with, nor on whether {@link DecodeAttention} computed its segments
 * at the same time. Prompts are bound by arithmetic.
 *
 * <p>Rows are query heads of tokens, token after token, taken by fours; each thread has its own scratch.
 */
final class PromptAttention {
    private static final int SEGMENT = BatchAttention.SEGMENT;

    private static final int TILE = CacheTile.TOKENS;

    /** Rows that share a tile of keys and values, at most; more than the query heads of one token if those are more. */
    private static final int ROWS = 64;

    private float[] queries = new float[0];
    private float[] keys = new float[0];
    private float[] values = new float[0];
    private float[] scores = new float[0];
    private final SoftmaxSums segment = new SoftmaxSums();
    private final SoftmaxSums whole = new SoftmaxSums();

    /** How many tokens one call should take, with {@code group} query heads per key-value head. */
    static int tokensPerCall(int group) {
        return Math.max(1, ROWS / group);
    }

    /**
     * Attends from tokens at rows {@code [from, to)} of {@code q}, whose positions begin at {@code position}, to
     * {@code out}; both are {@code [T, heads · headDim]}.
     */
    void attend(
            VectorKvStore cache,
            int layer,
            int[] blocks,
            int kvHead,
            int heads,
            int from,
            int to,
            int position,
            float scale,
            float[] q,
            float[] out) {
        KvLayout layout = cache.layout();
        int dim = layout.headDim();
        int group = heads / layout.kvHeads();
        int rows = Lanes.roundUp((to - from) * group, 4);
        int valueStride = Lanes.roundUp(dim, BroadcastTile.COLUMNS);
        reserve(rows, dim, valueStride);
        int columns = heads * dim;
        int headsAt = kvHead * group * dim;
        for (int t = from; t < to; t++) {
            for (int i = 0; i < group * dim; i++) {
                queries[(t - from) * group * dim + i] = q[t * columns + headsAt + i] * scale;
            }
        }
        int context = position + to - from;
        for (int first = 0; first < context; first += TILE) {
            if (first % SEGMENT == 0) {
                endSegment(rows, first);
            }
            int n = Math.min(TILE, context - first);
            CacheTile.read(cache, layer, blocks, kvHead, first, n, keys, values, valueStride);
            for (int row = 0; row < rows; row += 4) {
                int last = position + Math.min(to - from - 1, (row + 3) / group);
                if (last >= first) {
                    scores(row, dim);
                    weights(row, group, position - first);
                    addValues(row, n, valueStride);
                }
            }
        }
        endSegment(rows, context);
        for (int t = from; t < to; t++) {
            for (int g = 0; g < group; g++) {
                whole.write((t - from) * group + g, dim, out, t * columns + headsAt + g * dim);
            }
        }
    }

    private void reserve(int rows, int dim, int valueStride) {
        if (queries.length < rows * dim) {
            queries = new float[rows * dim];
        }
        if (keys.length != dim * TILE || values.length != valueStride * TILE) {
            keys = new float[dim * TILE];
            values = new float[valueStride * TILE];
        }
        if (scores.length < rows * TILE) {
            scores = new float[rows * TILE];
        }
        segment.reserve(rows, valueStride);
        whole.reserve(rows, valueStride);
        whole.clear(0, rows);
    }

    /** Joins the segment that ends before {@code position}, if there is one, and begins the next. */
    private void endSegment(int rows, int position) {
        if (position > 0) {
            for (int row = 0; row < rows; row++) {
                whole.add(row, segment, row);
            }
        }
        segment.clear(0, rows);
    }

    /** Scores of four rows with the tile's keys. */
    private void scores(int row, int dim) {
        Arrays.fill(scores, row * TILE, (row + 4) * TILE, 0);
        for (int c = 0; c < TILE; c += BroadcastTile.COLUMNS) {
            BroadcastTile.add(queries, row * dim, dim, dim, keys, c, TILE, scores, row * TILE + c, TILE);
        }
    }

    /** Turns the scores of four rows into weights, those of later tokens into 0. */
    private void weights(int row, int group, int positionInTile) {
        for (int r = row; r < row + 4; r++) {
            int visible = Math.min(TILE, positionInTile + r / group + 1);
            if (visible <= 0) {
                Arrays.fill(scores, r * TILE, (r + 1) * TILE, 0);
            } else {
                Arrays.fill(scores, r * TILE + visible, (r + 1) * TILE, Float.NEGATIVE_INFINITY);
                segment.weigh(r, scores, r * TILE, TILE);
            }
        }
    }

    private void addValues(int row, int n, int valueStride) {
        for (int c = 0; c < valueStride; c += BroadcastTile.COLUMNS) {
            BroadcastTile.add(
                    scores,
                    row * TILE,
                    TILE,
                    n,
                    values,
                    c,
                    valueStride,
                    segment.sums(),
                    row * valueStride + c,
                    valueStride);
        }
    }
}
