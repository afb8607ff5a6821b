package io.intramuros.kernels.vector;

import io.intramuros.kernels.Activations;

/** Activations on the heap, row after row without gaps. */
final class VectorActivations implements Activations {
    private final int maxRows;
    private final int columns;
    final float[] values;

    VectorActivations(int maxRows, int columns) {
        this.maxRows = maxRows;
        this.columns = columns;
        values = new float[Math.multiplyExact(maxRows, columns)];
    }

    @Override
    public int maxRows() {
        return maxRows;
    }

    @Override
    public int columns() {
        return columns;
    }
}
