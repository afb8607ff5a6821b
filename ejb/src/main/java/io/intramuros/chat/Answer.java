package io.intramuros.chat;

/** An answer on its way. */
public interface Answer {
    /** The request's identifier. */
    String requestId();

    /** The model that answers. */
    ModelDescription model();

    /** Stops it; its compute ends within one step, and the listener still hears the end. Idempotent, any thread. */
    void cancel();
}
