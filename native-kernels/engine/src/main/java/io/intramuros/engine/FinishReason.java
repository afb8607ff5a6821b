package io.intramuros.engine;

/** Why an answer ended. */
public enum FinishReason {
    /** The model ended it, or a stop text was reached. */
    STOP,
    /** The most tokens asked for, or the context's end. */
    LENGTH,
    /** {@link Generation#cancel()}, or the engine was shut down in between. */
    CANCELLED,
    /** The engine could not go on; {@link GenerationResult#error()} says why. */
    FAILED
}
