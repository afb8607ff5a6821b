package io.intramuros.chat;

/** Hears an answer as it is written. Called by one thread at a time, in order; may block, delaying only itself. */
public interface AnswerListener {
    /** More of the answer: whole characters, never empty. */
    void onText(String text);

    /** The end, called exactly once, after the audit row is settled. */
    void onFinished(AnswerSummary summary);
}
