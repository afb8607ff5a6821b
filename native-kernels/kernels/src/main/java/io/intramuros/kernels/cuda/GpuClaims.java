package io.intramuros.kernels.cuda;

import io.intramuros.kernels.BackendUnavailableException;
import io.intramuros.kernels.cuda.driver.Gpu;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which GPUs engines of this process have. Each belongs to one engine at a time: two would take each other's memory and
 * bandwidth, and neither would keep what it promises.
 */
final class GpuClaims {
    private static final Set<String> CLAIMED = new HashSet<>();

    private GpuClaims() {}

    /**
     * Takes GPUs, all or none.
     *
     * @throws BackendUnavailableException if one of them is taken
     */
    static synchronized void take(List<Gpu> gpus) {
        for (Gpu gpu : gpus) {
            if (CLAIMED.contains(gpu.busId())) {
                throw new BackendUnavailableException(gpu.description()
                        + " is used by another engine of this server; name other GPUs in the engine's devices, or remove"
                        + " the other engine first");
            }
        }
        gpus.forEach(gpu -> CLAIMED.add(gpu.busId()));
    }

    /** Gives GPUs back. */
    static synchronized void giveBack(List<Gpu> gpus) {
        gpus.forEach(gpu -> CLAIMED.remove(gpu.busId()));
    }
}
