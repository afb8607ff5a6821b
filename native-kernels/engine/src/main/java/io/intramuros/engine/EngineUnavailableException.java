package io.intramuros.engine;

/** The engine is loading, failed or stopped, or takes no requests until its GPUs have cooled down. */
public final class EngineUnavailableException extends EngineException {
    public EngineUnavailableException(String message) {
        super(message);
    }
}
