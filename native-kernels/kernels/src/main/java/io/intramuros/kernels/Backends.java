package io.intramuros.kernels;

import io.intramuros.kernels.vector.VectorBackend;

/** Opens backends by the names an administrator writes. */
public final class Backends {
    private Backends() {}

    /**
     * Opens a backend.
     *
     * @param name {@code vector}
     * @param options what it is opened with
     * @throws IllegalArgumentException if there is no backend of that name
     */
    public static Backend open(String name, BackendOptions options) {
        return switch (name) {
            case "vector" -> new VectorBackend(options.threads());
            default -> throw new IllegalArgumentException("unknown backend '" + name + "'; known: vector");
        };
    }
}
