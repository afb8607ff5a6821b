package io.intramuros.web;

import java.time.Duration;

/**
 * What an idle response body sends, so that a reader who has left is noticed: the second write after that fails.
 *
 * @param text sent as it is; a comment or white space, which readers skip
 * @param first how long the body is idle before the first one
 * @param interval how long between two
 */
public record Heartbeat(String text, Duration first, Duration interval) {
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    /** For server-sent events: a comment. */
    public static final Heartbeat COMMENT = new Heartbeat(": waiting\n\n", INTERVAL, INTERVAL);

    /**
     * For JSON: white space before the document. It commits the status, so it begins only after the time in which
     * most requests that fail have failed; see {@link ResponseStream#fail} for the others.
     */
    public static final Heartbeat WHITE_SPACE = new Heartbeat(" ", Duration.ofSeconds(3), INTERVAL);
}
