package io.intramuros.server;

import jakarta.persistence.PersistenceException;

/** A transaction's commit failed. If the connection was lost meanwhile, nobody knows whether the database has it. */
public class CommitFailedException extends PersistenceException {
    /** @param cause what the transaction manager said */
    public CommitFailedException(Throwable cause) {
        super("The transaction could not be committed.", cause);
    }
}
