package io.intramuros.web.api;

import io.intramuros.chat.Answer;
import io.intramuros.chat.AnswerListener;
import io.intramuros.chat.AnswerSummary;
import io.intramuros.web.Heartbeat;
import io.intramuros.web.ResponseStream;
import java.time.Duration;
import java.time.Instant;

/**
 * An answer on its way into a response. Its text may come before {@link #begin} was called, because the beans' thread
 * may be faster than the one that asked; {@link #begin} is when the model is known and the response may flow.
 */
abstract class Completion implements AnswerListener {
    private static final Duration SOON = Duration.ofSeconds(5);

    /** Where the response's body goes. */
    protected final ResponseStream body = new ResponseStream();

    /** What the response's media type is. */
    abstract String mediaType();

    /** What keeps the connection watched. */
    abstract Heartbeat heartbeat();

    /** The answer is accepted: the response begins. */
    abstract void begin(Answer answer, Instant at);

    final ResponseStream body() {
        return body;
    }

    /** What a client is told of an answer that ended early though it still listens. */
    static ApiError brokenOff(AnswerSummary summary) {
        return summary.outcome() == AnswerSummary.Outcome.FAILED
                ? ApiError.unavailable(
                        summary.failure().orElse("The model could not finish this answer."), "answer_failed", SOON)
                : ApiError.unavailable("This answer was stopped by the server.", "answer_cancelled", SOON);
    }

    static boolean isWhole(AnswerSummary summary) {
        return summary.outcome() == AnswerSummary.Outcome.STOP || summary.outcome() == AnswerSummary.Outcome.LENGTH;
    }
}
