package io.intramuros.engine;

/** Why an engine does not take a request. The message is for the person who asked: cause and cure. */
public abstract sealed class EngineException extends RuntimeException
        permits ContextExceededException, EngineUnavailableException, InvalidPromptException, QueueFullException {
    protected EngineException(String message) {
        super(message);
    }

    protected EngineException(String message, Throwable cause) {
        super(message, cause);
    }
}
