package io.intramuros.kernels.vector;

import jdk.incubator.vector.FloatVector;

/**
 * The product of attention: {@code c[4, 4·WIDTH] += a[4, n] · b[n, 4·WIDTH]}, all row-major with strides, in sixteen
 * accumulators. A value of {@code a} is broadcast, so lanes are never summed across, and each output is summed over
 * {@code n} in order. Bound by arithmetic: four loads and four broadcasts for sixteen multiply-adds.
 */
final class BroadcastTile {
    /** Columns of a tile. */
    static final int COLUMNS = 4 * Lanes.WIDTH;

    private static final int L = Lanes.WIDTH;

    private BroadcastTile() {}

    private static FloatVector load(float[] v, int at) {
        return FloatVector.fromArray(Lanes.FLOATS, v, at);
    }

    static void add(
            float[] a, int ao, int aStride, int n, float[] b, int bo, int bStride, float[] c, int co, int cStride) {
        int c1 = co + cStride;
        int c2 = c1 + cStride;
        int c3 = c2 + cStride;
        FloatVector s00 = load(c, co);
        FloatVector s01 = load(c, co + L);
        FloatVector s02 = load(c, co + 2 * L);
        FloatVector s03 = load(c, co + 3 * L);
        FloatVector s10 = load(c, c1);
        FloatVector s11 = load(c, c1 + L);
        FloatVector s12 = load(c, c1 + 2 * L);
        FloatVector s13 = load(c, c1 + 3 * L);
        FloatVector s20 = load(c, c2);
        FloatVector s21 = load(c, c2 + L);
        FloatVector s22 = load(c, c2 + 2 * L);
        FloatVector s23 = load(c, c2 + 3 * L);
        FloatVector s30 = load(c, c3);
        FloatVector s31 = load(c, c3 + L);
        FloatVector s32 = load(c, c3 + 2 * L);
        FloatVector s33 = load(c, c3 + 3 * L);
        for (int k = 0; k < n; k++) {
            int o = bo + k * bStride;
            FloatVector b0 = load(b, o);
            FloatVector b1 = load(b, o + L);
            FloatVector b2 = load(b, o + 2 * L);
            FloatVector b3 = load(b, o + 3 * L);
            FloatVector v = FloatVector.broadcast(Lanes.FLOATS, a[ao + k]);
            s00 = b0.fma(v, s00);
            s01 = b1.fma(v, s01);
            s02 = b2.fma(v, s02);
            s03 = b3.fma(v, s03);
            v = FloatVector.broadcast(Lanes.FLOATS, a[ao + aStride + k]);
            s10 = b0.fma(v, s10);
            s11 = b1.fma(v, s11);
            s12 = b2.fma(v, s12);
            s13 = b3.fma(v, s13);
            v = FloatVector.broadcast(Lanes.FLOATS, a[ao + 2 * aStride + k]);
            s20 = b0.fma(v, s20);
            s21 = b1.fma(v, s21);
            s22 = b2.fma(v, s22);
            s23 = b3.fma(v, s23);
            v = FloatVector.broadcast(Lanes.FLOATS, a[ao + 3 * aStride + k]);
            s30 = b0.fma(v, s30);
            s31 = b1.fma(v, s31);
            s32 = b2.fma(v, s32);
            s33 = b3.fma(v, s33);
        }
        s00.intoArray(c, co);
        s01.intoArray(c, co + L);
        s02.intoArray(c, co + 2 * L);
        s03.intoArray(c, co + 3 * L);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + L);
        s12.intoArray(c, c1 + 2 * L);
        s13.intoArray(c, c1 + 3 * L);
        s20.intoArray(c, c2);
        s21.intoArray(c, c2 + L);
        s22.intoArray(c, c2 + 2 * L);
        s23.intoArray(c, c2 + 3 * L);
        s30.intoArray(c, c3);
        s31.intoArray(c, c3 + L);
        s32.intoArray(c, c3 + 2 * L);
        s33.intoArray(c, c3 + 3 * L);
    }
}
