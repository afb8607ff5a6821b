package io.intramuros.kernels.vector;

import io.intramuros.kernels.KvLayout;
import java.util.Arrays;

/**
 * Causal attention of some new tokens of one sequence, for one key-value head and the query heads that share it. The
 * sequence's cached tokens pass by in tiles of {@link CacheTile#TOKENS} that begin at fixed positions, with a running
 * softmax, so that a token's result does not depend on the tokens it is computed with. Decode is bound by the memory's
 * bandwidth ({@code 2 · context · headDim} cached values per head), prompts by arithmetic.
 *
 * <p>Rows are query heads of tokens, token after token, taken by fours; each thread has its own scratch.
 */
final class Attention {
    private static final int TILE = CacheTile.TOKENS;

    /** Rows that share a tile of keys and values, at most; more than the query heads of one token if those are more. */
    private static final int ROWS = 64;

    private float[] queries = new float[0];
    private float[] keys = new float[0];
    private float[] values = new float[0];
    private float[] sums = new float[0];
    private float[] scores = new float[0];
    private float[] running = new float[0];

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
            int n = Math.min(TILE, context - first);
            CacheTile.read(cache, layer, blocks, kvHead, first, n, keys, values, valueStride);
            for (int row = 0; row < rows; row += 4) {
                int last = position + Math.min(to - from - 1, (row + 3) / group);
                if (last >= first) {
                    scores(row, dim);
                    weights(row, rows, group, position - first, valueStride);
                    addValues(row, n, valueStride);
                }
            }
        }
        for (int t = from; t < to; t++) {
            for (int g = 0; g < group; g++) {
                int row = (t - from) * group + g;
                float total = running[rows + row];
                int at = t * columns + headsAt + g * dim;
                for (int e = 0; e < dim; e++) {
                    out[at + e] = sums[row * valueStride + e] / total;
                }
            }
        }
    }

    private void reserve(int rows, int dim, int valueStride) {
        if (queries.length < rows * dim) {
            queries = new float[rows * dim];
        }
        if (sums.length < rows * valueStride) {
            sums = new float[rows * valueStride];
        }
        if (keys.length != dim * TILE || values.length != valueStride * TILE) {
            keys = new float[dim * TILE];
            values = new float[valueStride * TILE];
        }
        if (scores.length < rows * TILE) {
            scores = new float[rows * TILE];
        }
        if (running.length < 2 * rows) {
            running = new float[2 * rows];
        }
        Arrays.fill(sums, 0, rows * valueStride, 0);
        Arrays.fill(running, 0, rows, Float.NEGATIVE_INFINITY);
        Arrays.fill(running, rows, 2 * rows, 0);
    }

    /** Scores of four rows with the tile's keys. */
    private void scores(int row, int dim) {
        Arrays.fill(scores, row * TILE, (row + 4) * TILE, 0);
        for (int c = 0; c < TILE; c += BroadcastTile.COLUMNS) {
            BroadcastTile.add(queries, row * dim, dim, dim, keys, c, TILE, scores, row * TILE + c, TILE);
        }
    }

    /** Turns the scores of four rows into weights, those of later tokens into 0, and scales what was summed before. */
    private void weights(int row, int rows, int group, int positionInTile, int valueStride) {
        for (int r = row; r < row + 4; r++) {
            int visible = Math.min(TILE, positionInTile + r / group + 1);
            if (visible <= 0) {
                Arrays.fill(scores, r * TILE, (r + 1) * TILE, 0);
                continue;
            }
            Arrays.fill(scores, r * TILE + visible, (r + 1) * TILE, Float.NEGATIVE_INFINITY);
            float scale = OutOfLine.softmax(scores, r * TILE, TILE, running, r, rows);
            if (scale != 1) {
                for (int e = 0; e < valueStride; e++) {
                    sums[r * valueStride + e] *= scale;
                }
            }
        }
    }

    private void addValues(int row, int n, int valueStride) {
        for (int c = 0; c < valueStride; c += BroadcastTile.COLUMNS) {
            BroadcastTile.add(
                    scores, row * TILE, TILE, n, values, c, valueStride, sums, row * valueStride + c, valueStride);
        }
    }
}
