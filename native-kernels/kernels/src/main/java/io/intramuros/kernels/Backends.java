package io.intramuros.kernels;

import io.intramuros.kernels.cuda.CudaBackend;
import io.intramuros.kernels.vector.VectorBackend;

/** Opens backends by the names an administrator writes. */
public final class Backends {
    private Backends() {}

    /**
     * Opens a backend.
     *
     * @param name {@code vector} or {@code cuda}
     * @param options what it is opened with
     * @throws IllegalArgumentException if there is no backend of that name, or an option does not suit it
     * @throws BackendUnavailableException if this machine cannot run it; the message says why and what to do
     */
    public static Backend open(String name, BackendOptions options) {
        return switch (name) {
            case "vector" -> new VectorBackend(options.threads());
            case "cuda" -> CudaBackend.open(options.devices(), options.leftOut());
            default -> throw new IllegalArgumentException("unknown backend '" + name + "'; known: vector, cuda");
        };
    }
}
