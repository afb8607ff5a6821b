package io.intramuros.kernels.vector;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** The activation of the gated feed-forward layer. Reads two floats and writes one per value; bound by arithmetic. */
final class Gate {
    private Gate() {}

    /** {@code gate[i] = silu(gate[i]) · up[i]} for {@code i} in {@code [at, at + n)}, {@code silu(x) = x / (1 + e^-x)}. */
    static void row(float[] gate, float[] up, int at, int n) {
        int whole = n & -Lanes.WIDTH;
        OutOfLine.gate(gate, up, at, whole);
        if (whole < n) {
            float[] lastGate = Arrays.copyOfRange(gate, at + whole, at + whole + Lanes.WIDTH);
            float[] lastUp = Arrays.copyOfRange(up, at + whole, at + whole + Lanes.WIDTH);
            OutOfLine.gate(lastGate, lastUp, 0, Lanes.WIDTH);
            System.arraycopy(lastGate, 0, gate, at + whole, n - whole);
        }
    }

    /** The same for whole vectors, {@code n} a multiple of their width. */
    static void vectors(float[] gate, float[] up, int at, int n) {
        for (int i = at; i < at + n; i += Lanes.WIDTH) {
            FloatVector x = FloatVector.fromArray(Lanes.FLOATS, gate, i);
            x.div(Exponential.of(x.neg()).add(1))
                    .mul(FloatVector.fromArray(Lanes.FLOATS, up, i))
                    .intoArray(gate, i);
        }
    }
}
