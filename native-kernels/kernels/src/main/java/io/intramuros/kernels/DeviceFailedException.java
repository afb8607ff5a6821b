package io.intramuros.kernels;

/**
 * A device can't be used any more by the backend that had it: whatever it computed is lost, and no step will succeed. The
 * backend is to be closed; a new one may be opened on the devices that are left.
 */
public final class DeviceFailedException extends RuntimeException {
    public DeviceFailedException(String message) {
        super(message);
    }

    public DeviceFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
