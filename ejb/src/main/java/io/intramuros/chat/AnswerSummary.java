package io.intramuros.chat;

import java.time.Duration;
import java.util.Optional;

/**
 * How an answer ended.
 *
 * @param requestId the request
 * @param model the model that ran
 * @param outcome why it ended
 * @param promptTokens tokens of the prompt
 * @param completionTokens tokens of the answer
 * @param timeToFirstToken from submission to the first token; empty if there was none
 * @param duration from submission to the end
 * @param failure what went wrong, for {@link Outcome#FAILED}
 */
public record AnswerSummary(
        String requestId,
        ModelDescription model,
        Outcome outcome,
        int promptTokens,
        int completionTokens,
        Optional<Duration> timeToFirstToken,
        Duration duration,
        Optional<String> failure) {
    /** Why an answer ended. */
    public enum Outcome {
        /** The model ended it, or a stop text was reached. */
        STOP,
        /** The most tokens asked for, or the context's end. */
        LENGTH,
        /** Stopped by the person, or the client went away. */
        CANCELLED,
        /** The engine could not go on. */
        FAILED
    }
}
