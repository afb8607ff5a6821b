package io.intramuros.engine;

/**
 * What an engine is doing.
 *
 * @param state the state
 * @param detail one sentence for an administrator: progress while loading, the reason when failed
 */
public record EngineStatus(State state, String detail) {
    /** The life of an engine. */
    public enum State {
        /** Reading and placing weights; takes no requests yet. */
        LOADING,
        /** Answering. */
        READY,
        /** Could not start, or its device failed; stays up to say why. */
        FAILED,
        /** Shut down; its requests have been cancelled. */
        STOPPED
    }
}
