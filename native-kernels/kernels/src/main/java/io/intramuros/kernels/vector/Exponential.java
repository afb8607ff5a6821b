package io.intramuros.kernels.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The exponential function, within two units in the last place. The same operations run in the interpreter and compiled,
 * so that a token does not change when the compiler steps in; the Vector API's own is free to.
 */
final class Exponential {
    /** Below this the result would be subnormal; arguments are clamped here. */
    static final float LOWEST = -87.3f;

    /** Above this the result would overflow; arguments are clamped here. */
    static final float HIGHEST = 88.7f;

    private static final float LOG2_E = 1.442695f;
    private static final float LN2_HIGH = 0.6933594f;
    private static final float LN2_LOW = -2.12194440e-4f;

    /** Adding it leaves the nearest integer in the low bits of the mantissa. */
    private static final float ROUNDER = 0x1.8p23f;

    private Exponential() {}

    /** {@code e} to the power of each lane; what lies outside of the range is clamped into it. */
    static FloatVector of(FloatVector x) {
        FloatVector clamped = x.max(LOWEST).min(HIGHEST);
        FloatVector shifted = clamped.mul(LOG2_E).add(ROUNDER);
        FloatVector power = shifted.sub(ROUNDER);
        FloatVector rest = power.fma(
                FloatVector.broadcast(Lanes.FLOATS, -LN2_LOW),
                power.fma(FloatVector.broadcast(Lanes.FLOATS, -LN2_HIGH), clamped));
        // Cephes' polynomial for e^r - 1 - r over r² on [-ln2/2, ln2/2].
        FloatVector p = FloatVector.broadcast(Lanes.FLOATS, 1.9875691e-4f);
        p = p.fma(rest, FloatVector.broadcast(Lanes.FLOATS, 1.3981999e-3f));
        p = p.fma(rest, FloatVector.broadcast(Lanes.FLOATS, 8.333452e-3f));
        p = p.fma(rest, FloatVector.broadcast(Lanes.FLOATS, 4.1665796e-2f));
        p = p.fma(rest, FloatVector.broadcast(Lanes.FLOATS, 0.16666666f));
        p = p.fma(rest, FloatVector.broadcast(Lanes.FLOATS, 0.5f));
        FloatVector mantissa = p.fma(rest.mul(rest), rest).add(1);
        return mantissa.reinterpretAsInts()
                .add(shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
                .reinterpretAsFloats();
    }
}
