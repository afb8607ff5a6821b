package io.intramuros.persistence.usage;

import java.time.Instant;

/**
 * How a question ended.
 *
 * @param status anything but {@link UsageStatus#OPEN}
 * @param settledAt now
 * @param promptTokens tokens of the prompt
 * @param completionTokens tokens of the answer
 * @param timeToFirstTokenMillis {@code null} if there was none
 * @param durationMillis {@code null} if it is not known
 * @param failure what went wrong, {@code null} if nothing did; cut to {@value #MOST_FAILURE_CHARACTERS} characters
 */
public record UsageOutcome(
        UsageStatus status,
        Instant settledAt,
        int promptTokens,
        int completionTokens,
        Long timeToFirstTokenMillis,
        Long durationMillis,
        String failure) {
    /** As long as its column. */
    static final int MOST_FAILURE_CHARACTERS = 1000;

    public UsageOutcome {
        if (status == UsageStatus.OPEN) {
            throw new IllegalArgumentException("a settled row cannot be open");
        }
        if (failure != null && failure.length() > MOST_FAILURE_CHARACTERS) {
            failure = failure.substring(0, MOST_FAILURE_CHARACTERS);
        }
    }
}
