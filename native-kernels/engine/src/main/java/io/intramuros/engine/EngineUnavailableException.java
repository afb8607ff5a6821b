package io.intramuros.engine;

/** The engine is loading, failed or stopped. */
public final class EngineUnavailableException extends EngineException {
    public EngineUnavailableException(String message) {
        super(message);
    }
}
