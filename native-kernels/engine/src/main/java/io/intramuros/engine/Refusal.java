package io.intramuros.engine;

/** Why the house refused a question before any engine computed. */
public enum Refusal {
    /** No engine serves the model asked for, or none that is ready. */
    NO_ENGINE,
    /** The engine's queue was full. */
    QUEUE_FULL,
    /** Who asked has no tokens left. */
    ALLOWANCE_SPENT,
    /** The question was too long or not valid. */
    INVALID,
    /** The question could not be put on record. */
    NO_RECORD
}
