package io.intramuros.health;

/**
 * Whether questions can be answered now.
 *
 * @param model whether at least one model is ready
 * @param database whether the database answers and was made ready
 */
public record Readiness(boolean model, boolean database) {
    /** Whether everything an answer needs is there. */
    public boolean ready() {
        return model && database;
    }
}
