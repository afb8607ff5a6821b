package io.intramuros.kernels.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The activation of the gated feed-forward layer. Reads two floats and writes one per value; bound by arithmetic. */
final class Gate {
    private Gate() {}

    /** {@code gate[i] = silu(gate[i]) · up[i]} for {@code i} in {@code [at, at + n)}, {@code silu(x) = x / (1 + e^-x)}. */
    static void row(float[] gate, float[] up, int at, int n) {
        int whole = n & -Lanes.WIDTH;
        for (int i = at; i < at + whole; i += Lanes.WIDTH) {
            gated(FloatVector.fromArray(Lanes.FLOATS, gate, i), FloatVector.fromArray(Lanes.FLOATS, up, i))
                    .intoArray(gate, i);
        }
        if (whole < n) {
            VectorMask<Float> rest = Lanes.FLOATS.indexInRange(whole, n);
            gated(
                            FloatVector.fromArray(Lanes.FLOATS, gate, at + whole, rest),
                            FloatVector.fromArray(Lanes.FLOATS, up, at + whole, rest))
                    .intoArray(gate, at + whole, rest);
        }
    }

    private static FloatVector gated(FloatVector gate, FloatVector up) {
        return gate.div(Exponential.of(gate.neg()).add(1)).mul(up);
    }
}
