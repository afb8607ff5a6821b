package io.intramuros.pool;

import java.time.Duration;
import java.util.Optional;

/** No engine answers for a model. The message is for the person who asked. */
public final class NoEngineException extends RuntimeException {
    /** Why not. */
    public enum Reason {
        /** No engine serves that model. */
        UNKNOWN_MODEL,
        /** One does, or may, but is not ready. */
        NOT_READY
    }

    private final Reason reason;
    private final Duration retryAfter;

    NoEngineException(Reason reason, String message, Duration retryAfter) {
        super(message);
        this.reason = reason;
        this.retryAfter = retryAfter;
    }

    public Reason reason() {
        return reason;
    }

    /** When another try may succeed, where that is known. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
