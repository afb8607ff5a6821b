package io.intramuros.kernels.vector;

import jdk.incubator.vector.FloatVector;

/**
 * Products of four weight rows with four tokens or one, all in registers: vector {@code 4·j + t} of
 * {@code lanes} holds row {@code j} times token {@code t}, its lanes not yet summed. Both
 * operands are packed {@code [vector][4][WIDTH]}, so that the loads of a step are neighbours. Sixteen accumulators fit
 * the 32 registers of AVX-512; AVX2 spills some and still reaches half of its peak. Bound by arithmetic: eight loads
 * for sixteen multiply-adds.
 */
final class Tile {
    private static final int L = Lanes.WIDTH;

    private Tile() {}

    private static FloatVector load(float[] v, int at) {
        return FloatVector.fromArray(Lanes.FLOATS, v, at);
    }

    static void fourByFour(float[] w, int wo, float[] x, int xo, int vectors, float[] lanes) {
        FloatVector zero = FloatVector.zero(Lanes.FLOATS);
        FloatVector s00 = zero;
        FloatVector s01 = zero;
        FloatVector s02 = zero;
        FloatVector s03 = zero;
        FloatVector s10 = zero;
        FloatVector s11 = zero;
        FloatVector s12 = zero;
        FloatVector s13 = zero;
        FloatVector s20 = zero;
        FloatVector s21 = zero;
        FloatVector s22 = zero;
        FloatVector s23 = zero;
        FloatVector s30 = zero;
        FloatVector s31 = zero;
        FloatVector s32 = zero;
        FloatVector s33 = zero;
        for (int c = 0; c < vectors; c++) {
            int o = c * 4 * L;
            FloatVector w0 = load(w, wo + o);
            FloatVector w1 = load(w, wo + o + L);
            FloatVector w2 = load(w, wo + o + 2 * L);
            FloatVector w3 = load(w, wo + o + 3 * L);
            FloatVector v = load(x, xo + o);
            s00 = w0.fma(v, s00);
            s10 = w1.fma(v, s10);
            s20 = w2.fma(v, s20);
            s30 = w3.fma(v, s30);
            v = load(x, xo + o + L);
            s01 = w0.fma(v, s01);
            s11 = w1.fma(v, s11);
            s21 = w2.fma(v, s21);
            s31 = w3.fma(v, s31);
            v = load(x, xo + o + 2 * L);
            s02 = w0.fma(v, s02);
            s12 = w1.fma(v, s12);
            s22 = w2.fma(v, s22);
            s32 = w3.fma(v, s32);
            v = load(x, xo + o + 3 * L);
            s03 = w0.fma(v, s03);
            s13 = w1.fma(v, s13);
            s23 = w2.fma(v, s23);
            s33 = w3.fma(v, s33);
        }
        s00.intoArray(lanes, 0);
        s01.intoArray(lanes, 1 * L);
        s02.intoArray(lanes, 2 * L);
        s03.intoArray(lanes, 3 * L);
        s10.intoArray(lanes, 4 * L);
        s11.intoArray(lanes, 5 * L);
        s12.intoArray(lanes, 6 * L);
        s13.intoArray(lanes, 7 * L);
        s20.intoArray(lanes, 8 * L);
        s21.intoArray(lanes, 9 * L);
        s22.intoArray(lanes, 10 * L);
        s23.intoArray(lanes, 11 * L);
        s30.intoArray(lanes, 12 * L);
        s31.intoArray(lanes, 13 * L);
        s32.intoArray(lanes, 14 * L);
        s33.intoArray(lanes, 15 * L);
    }

    /**
     * {@code sums[i]} = the sum of the lanes of the {@code i}-th of sixteen vectors. Apart from {@link #fourByFour}: both
     * in one method are more than the compiler inlines, and what it doesn't inline allocates.
     */
    static void sum(float[] lanes, float[] sums) {
        if (L == 16) {
            Lanes.sums16(lanes).intoArray(sums, 0);
        } else if (L == 8) {
            Lanes.sums8(lanes, 0).intoArray(sums, 0);
            Lanes.sums8(lanes, 8).intoArray(sums, 8);
        } else {
            for (int i = 0; i < 16; i++) {
                sums[i] = Lanes.sum(load(lanes, i * L));
            }
        }
    }

    /** Four rows with one token, {@code sums[4·j]}, the lanes summed; {@code xo} is where its first vector begins. */
    static void fourByOne(float[] w, int wo, float[] x, int xo, int vectors, float[] sums) {
        FloatVector s0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int c = 0; c < vectors; c++) {
            int o = c * 4 * L;
            FloatVector v = load(x, xo + o);
            s0 = load(w, wo + o).fma(v, s0);
            s1 = load(w, wo + o + L).fma(v, s1);
            s2 = load(w, wo + o + 2 * L).fma(v, s2);
            s3 = load(w, wo + o + 3 * L).fma(v, s3);
        }
        sums[0] = Lanes.sum(s0);
        sums[4] = Lanes.sum(s1);
        sums[8] = Lanes.sum(s2);
        sums[12] = Lanes.sum(s3);
    }
}
