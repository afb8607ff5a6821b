package io.intramuros.kernels;

import io.intramuros.kernels.vector.VectorBackend;

/** Opens backends by the names an administrator writes. */
public final class Backends {
    private Backends() {}

    /**
     * Opens a backend.
     *
     * @param name {@code vector}
     * @param threads computing threads of a backend that runs on the CPU, at least 1
     * @throws IllegalArgumentException if there is no backend of that name
     */
    public static Backend open(String name, int threads) {
        return switch (name) {
            case "vector" -> new VectorBackend(threads);
            default -> throw new IllegalArgumentException("unknown backend '" + name + "'; known: vector");
        };
    }
}
