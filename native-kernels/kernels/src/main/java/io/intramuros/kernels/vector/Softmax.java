package io.intramuros.kernels.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The running softmax of attention (Milakov and Gimelshein, 2018): a row of scores becomes weights relative to the
 * greatest score so far, and what was summed before is scaled down to it.
 */
final class Softmax {
    private Softmax() {}

    /**
     * Turns {@code scores[at, at + n)} into weights; {@code n} is a multiple of the vector and scores of minus infinity
     * become 0.
     *
     * @param running {@code running[row]} is the greatest score so far, {@code running[rows + row]} the sum of weights
     * @return what the row's earlier sums have to be multiplied with
     */
    static float row(float[] scores, int at, int n, float[] running, int row, int rows) {
        FloatVector top = FloatVector.broadcast(Lanes.FLOATS, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < n; i += Lanes.WIDTH) {
            top = top.max(FloatVector.fromArray(Lanes.FLOATS, scores, at + i));
        }
        float before = running[row];
        float max = Math.max(before, top.reduceLanes(VectorOperators.MAX));
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < n; i += Lanes.WIDTH) {
            FloatVector score = FloatVector.fromArray(Lanes.FLOATS, scores, at + i);
            FloatVector weight = Exponential.of(score.sub(max))
                    .blend(0f, score.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY));
            weight.intoArray(scores, at + i);
            sum = sum.add(weight);
        }
        float scale = before == max
                ? 1
                : Exponential.of(FloatVector.broadcast(Lanes.FLOATS, before - max))
                        .lane(0);
        running[row] = max;
        running[rows + row] = Math.fma(running[rows + row], scale, Lanes.sum(sum));
        return scale;
    }
}
