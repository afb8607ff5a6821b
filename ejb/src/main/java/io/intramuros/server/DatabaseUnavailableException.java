package io.intramuros.server;

import jakarta.ejb.ApplicationException;

/** The database does not answer. Another try may succeed. */
@ApplicationException(rollback = true)
public class DatabaseUnavailableException extends RuntimeException {
    /** @param cause how it was noticed; {@code null} if it was not there since the start */
    public DatabaseUnavailableException(Throwable cause) {
        super("The database does not answer. Try again soon.", cause);
    }
}
