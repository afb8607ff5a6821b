package io.intramuros.kernels;

import java.util.Collection;
import java.util.List;

/**
 * A device can't be used any more by the backend that had it: whatever it computed is lost, and no step will succeed. The
 * backend is to be closed; a new one may be opened on the devices that are left.
 */
public final class DeviceFailedException extends RuntimeException {
    private final List<BrokenGpu> brokenGpus;

    /** @param brokenGpus none, if the fault need not be the device's: it may be opened again then */
    public DeviceFailedException(String message, Throwable cause, Collection<BrokenGpu> brokenGpus) {
        super(message, cause);
        this.brokenGpus = List.copyOf(brokenGpus);
    }

    /** The GPUs that are not to be opened again; those that are not among them may be. */
    public List<BrokenGpu> brokenGpus() {
        return brokenGpus;
    }
}
