package io.intramuros.kernels;

import java.util.Set;

/**
 * A device can't be used any more by the backend that had it: whatever it computed is lost, and no step will succeed. The
 * backend is to be closed; a new one may be opened on the devices that are left.
 */
public final class DeviceFailedException extends RuntimeException {
    private final Set<Integer> brokenGpus;

    /** A fault that need not be the device's: it may be opened again. */
    public DeviceFailedException(String message, Throwable cause) {
        this(message, cause, Set.of());
    }

    /** @param brokenGpus ordinals of the GPUs that are broken */
    public DeviceFailedException(String message, Throwable cause, Set<Integer> brokenGpus) {
        super(message, cause);
        this.brokenGpus = Set.copyOf(brokenGpus);
    }

    /** Ordinals of the GPUs that are not to be opened again; those that are not among them may be. */
    public Set<Integer> brokenGpus() {
        return brokenGpus;
    }
}
