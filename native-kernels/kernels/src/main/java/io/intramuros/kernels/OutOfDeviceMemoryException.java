package io.intramuros.kernels;

/** A backend has not the memory it was asked for. The message accounts for what is needed and what there is. */
public final class OutOfDeviceMemoryException extends RuntimeException {
    public OutOfDeviceMemoryException(String message) {
        super(message);
    }
}
