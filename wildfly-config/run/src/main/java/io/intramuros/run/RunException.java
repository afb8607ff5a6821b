package io.intramuros.run;

/** Something a person can put right: the message names what happened and what to do, and needs no stack trace. */
final class RunException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RunException(String message) {
        super(message);
    }

    RunException(String message, Throwable cause) {
        super(message, cause);
    }
}
