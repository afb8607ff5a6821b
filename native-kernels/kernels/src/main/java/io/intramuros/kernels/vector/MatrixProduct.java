package io.intramuros.kernels.vector;

import jdk.incubator.vector.FloatVector;

/** Products of activations with a weight matrix. */
final class MatrixProduct {
    private MatrixProduct() {}

    /** The dot product of {@code a[ao, ao + n)} and {@code b[bo, bo + n)}, always summed in the same order. */
    static float dot(float[] a, int ao, float[] b, int bo, int n) {
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        int whole = n & -Lanes.WIDTH;
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            sum = FloatVector.fromArray(Lanes.FLOATS, a, ao + i)
                    .fma(FloatVector.fromArray(Lanes.FLOATS, b, bo + i), sum);
        }
        float total = 0;
        for (int lane = 0; lane < Lanes.WIDTH; lane++) {
            total += sum.lane(lane);
        }
        for (int i = whole; i < n; i++) {
            total = Math.fma(a[ao + i], b[bo + i], total);
        }
        return total;
    }
}
