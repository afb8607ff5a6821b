package io.intramuros.kernels;

/**
 * A matrix of activations where a backend wants it: one row per token of a step. Made by {@link Backend#activations},
 * reused by every step, valid until that backend is closed.
 */
public interface Activations {
    /** The most rows a step may use. */
    int maxRows();

    /** Values per row. */
    int columns();
}
