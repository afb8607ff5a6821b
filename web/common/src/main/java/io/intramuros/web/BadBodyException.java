package io.intramuros.web;

/** A request body that is not taken; the message is for the one who sent it. */
public class BadBodyException extends RuntimeException {
    private final int status;

    /**
     * @param status the HTTP status that says so: 400, 413 or 415
     * @param message what is wrong and what would be right
     */
    public BadBodyException(int status, String message) {
        this(status, message, null);
    }

    /**
     * @param status the HTTP status that says so: 400, 413 or 415
     * @param message what is wrong and what would be right
     * @param cause how it was found out
     */
    public BadBodyException(int status, String message, Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    /** The HTTP status that says so. */
    public int status() {
        return status;
    }
}
