package io.intramuros.server;

import jakarta.enterprise.context.ApplicationScoped;

/**
 * Whether this run has had its database yet: schema up to date, and what earlier runs left behind settled. Before that,
 * nobody may read or write; once that is done, the database may still go away, which every access shows by itself.
 */
@ApplicationScoped
public class DatabaseState {
    private volatile boolean opened;

    /** All is done that has to come before the first access. */
    public void open() {
        opened = true;
    }

    public boolean isOpen() {
        return opened;
    }

    /**
     * Lets nobody through before the opening.
     *
     * @throws DatabaseUnavailableException if the database was not there yet
     */
    public void requireOpen() {
        if (!opened) {
            throw new DatabaseUnavailableException(null);
        }
    }
}
