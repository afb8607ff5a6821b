package io.intramuros.kernels.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector width of this CPU. Always the preferred species: a wider one is not compiled to vector instructions and
 * runs many times slower, without a message.
 */
final class Lanes {
    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

    /** Floats per vector, a power of two. */
    static final int WIDTH = FLOATS.length();

    private Lanes() {}

    /** The least multiple of {@code unit} that is not less than {@code n}; {@code unit} is a power of two. */
    static int roundUp(int n, int unit) {
        return (n + unit - 1) & -unit;
    }
}
