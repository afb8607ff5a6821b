package io.intramuros.kernels.cuda;

import io.intramuros.kernels.BackendUnavailableException;
import io.intramuros.kernels.cuda.driver.Gpu;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * GPUs that no other engine of this process gets until this is closed. Each belongs to one engine at a time: two would
 * take each other's memory and bandwidth, and neither would keep what it promises.
 */
final class GpuClaim implements AutoCloseable {
    private static final Set<String> CLAIMED = new HashSet<>();

    private final List<String> busIds;
    private boolean closed;

    private GpuClaim(List<Gpu> gpus) {
        busIds = gpus.stream().map(Gpu::busId).toList();
    }

    /** Keeps nobody from anything. */
    static GpuClaim ofNothing() {
        return new GpuClaim(List.of());
    }

    /**
     * Takes GPUs, all or none.
     *
     * @throws BackendUnavailableException if one of them is taken
     */
    static GpuClaim of(List<Gpu> gpus) {
        synchronized (CLAIMED) {
            for (Gpu gpu : gpus) {
                if (CLAIMED.contains(gpu.busId())) {
                    throw new BackendUnavailableException(gpu.description()
                            + " is used by another engine of this server; name other GPUs in the engine's devices, or remove"
                            + " the other engine first");
                }
            }
            GpuClaim claim = new GpuClaim(gpus);
            CLAIMED.addAll(claim.busIds);
            return claim;
        }
    }

    /** Gives them back; a second time nothing, as they may be another engine's by then. */
    @Override
    public void close() {
        synchronized (CLAIMED) {
            if (!closed) {
                closed = true;
                busIds.forEach(CLAIMED::remove);
            }
        }
    }
}
