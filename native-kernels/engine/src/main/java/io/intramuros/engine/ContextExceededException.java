package io.intramuros.engine;

/** The prompt is longer than the model's context allows. */
public final class ContextExceededException extends EngineException {
    private final int promptTokens;
    private final int contextTokens;

    public ContextExceededException(int promptTokens, int contextTokens) {
        super("The prompt has " + promptTokens + " tokens; this model reads and writes at most " + contextTokens
                + " together. Shorten the prompt or start a new conversation.");
        this.promptTokens = promptTokens;
        this.contextTokens = contextTokens;
    }

    /** Tokens of the prompt. */
    public int promptTokens() {
        return promptTokens;
    }

    /** The most tokens of prompt and answer together. */
    public int contextTokens() {
        return contextTokens;
    }
}
