package io.intramuros.persistence.usage;

/** Where a row of the usage audit stands. */
public enum UsageStatus {
    /** Its question is being answered. */
    OPEN,
    /** The model ended the answer, or a stop text was reached. */
    STOP,
    /** The most tokens asked for, or the context's end. */
    LENGTH,
    /** Stopped by the person, or the client went away. */
    CANCELLED,
    /** The engine could not go on. */
    FAILED,
    /** The engine took no more requests; nothing was computed. */
    REFUSED,
    /** The server stopped in between; how far the answer came is not known. */
    INTERRUPTED
}
