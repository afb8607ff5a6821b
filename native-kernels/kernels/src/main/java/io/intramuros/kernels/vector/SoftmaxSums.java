package io.intramuros.kernels.vector;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Attention under way: per row, the sum of values weighted by {@code exp(score - greatest score so far)}, with that
 * greatest score and the sum of weights, so that sums over parts of a context can be joined (Milakov and Gimelshein,
 * 2018). Rows may be worked on by different threads.
 */
final class SoftmaxSums {
    private float[] sums = new float[0];
    private float[] running = new float[0];
    private int rows;
    private int stride;

    /** Makes room for {@code rowCount} rows of {@code rowStride} values; what they hold is anything. */
    void reserve(int rowCount, int rowStride) {
        rows = rowCount;
        stride = rowStride;
        if (sums.length < rowCount * rowStride) {
            sums = new float[rowCount * rowStride];
        }
        if (running.length < 2 * rowCount) {
            running = new float[2 * rowCount];
        }
    }

    /** Begins rows {@code [from, to)} with nothing summed. */
    void clear(int from, int to) {
        Arrays.fill(sums, from * stride, to * stride, 0);
        Arrays.fill(running, from, to, Float.NEGATIVE_INFINITY);
        Arrays.fill(running, rows + from, rows + to, 0);
    }

    /** The weighted sums, rows {@link #stride} apart. */
    float[] sums() {
        return sums;
    }

    /** Values per row. */
    int stride() {
        return stride;
    }

    /** Turns {@code n} scores into the weights of one row, and scales what was summed before to them. */
    void weigh(int row, float[] scores, int at, int n) {
        float scale = OutOfLine.softmax(scores, at, n, running, row, rows);
        if (scale != 1) {
            for (int e = row * stride; e < (row + 1) * stride; e++) {
                sums[e] *= scale;
            }
        }
    }

    /** Adds what {@code other} summed in a row over a later part of the context. */
    void add(int row, SoftmaxSums other, int otherRow) {
        float before = running[row];
        float theirs = other.running[otherRow];
        float max = Math.max(before, theirs);
        float ourScale = factor(before, max);
        float theirScale = factor(theirs, max);
        int from = otherRow * other.stride;
        for (int e = 0; e < stride; e++) {
            sums[row * stride + e] = sums[row * stride + e] * ourScale + other.sums[from + e] * theirScale;
        }
        running[row] = max;
        running[rows + row] = running[rows + row] * ourScale + other.running[other.rows + otherRow] * theirScale;
    }

    private static float factor(float score, float max) {
        if (score == max) {
            return 1;
        }
        return score == Float.NEGATIVE_INFINITY
                ? 0
                : Exponential.of(FloatVector.broadcast(Lanes.FLOATS, score - max))
                        .lane(0);
    }

    /** {@code out[at + e] = the row's e-th weighted mean}. */
    void write(int row, int n, float[] out, int at) {
        float total = running[rows + row];
        for (int e = 0; e < n; e++) {
            out[at + e] = sums[row * stride + e] / total;
        }
    }
}
