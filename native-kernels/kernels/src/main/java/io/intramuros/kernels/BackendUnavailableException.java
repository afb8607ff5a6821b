package io.intramuros.kernels;

/** A backend cannot run on this machine. The message says why, in one line, and what would help. */
public final class BackendUnavailableException extends RuntimeException {
    public BackendUnavailableException(String message) {
        super(message);
    }

    public BackendUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
