package io.intramuros.engine;

/** The prompt cannot be turned into what the model expects, such as roles its chat template refuses. */
public final class InvalidPromptException extends EngineException {
    public InvalidPromptException(String message) {
        super(message);
    }

    public InvalidPromptException(String message, Throwable cause) {
        super(message, cause);
    }
}
