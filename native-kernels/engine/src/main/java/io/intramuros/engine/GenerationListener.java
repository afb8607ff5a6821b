package io.intramuros.engine;

/**
 * Hears an answer as it is written. Called by one thread at a time, in order, never by the step loop: a slow listener
 * delays only itself.
 */
public interface GenerationListener {
    /**
     * More of the answer: whole characters, never empty, and never part of a stop text.
     *
     * @param text the next piece of text
     * @param tokens how many tokens have been drawn so far
     */
    void onText(String text, int tokens);

    /** The end; called exactly once, last. */
    void onFinished(GenerationResult result);
}
