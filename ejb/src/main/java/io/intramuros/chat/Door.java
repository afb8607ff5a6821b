package io.intramuros.chat;

/** Where a question came in. */
public enum Door {
    /** The employees' portal. */
    PORTAL,
    /** The OpenAI-compatible REST API. */
    API
}
