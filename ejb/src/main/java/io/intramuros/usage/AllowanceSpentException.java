package io.intramuros.usage;

import java.time.Duration;
import java.time.Instant;

/** The caller's tokens of this month do not suffice for the question. */
public final class AllowanceSpentException extends RuntimeException {
    private final Duration untilReset;

    AllowanceSpentException(long limit, long used, long reserved, Instant now, Instant resetsAt) {
        super("Your allowance does not suffice: " + used + " of " + limit + " tokens are used this month"
                + (reserved > 0 ? " and " + reserved + " are held for requests that are running" : "")
                + ". It begins anew at " + resetsAt + "; a shorter prompt or fewer max_tokens may still fit.");
        this.untilReset = Duration.between(now, resetsAt);
    }

    /** How long until the next month begins. */
    public Duration untilReset() {
        return untilReset;
    }
}
