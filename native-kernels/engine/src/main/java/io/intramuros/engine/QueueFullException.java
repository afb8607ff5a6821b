package io.intramuros.engine;

/** As many requests wait as the administrator allows. */
public final class QueueFullException extends EngineException {
    private final int queued;

    public QueueFullException(int queued) {
        super("The model is busy: " + queued + " requests are waiting already. Try again in a moment.");
        this.queued = queued;
    }

    /** Requests waiting when this one was refused. */
    public int queued() {
        return queued;
    }
}
