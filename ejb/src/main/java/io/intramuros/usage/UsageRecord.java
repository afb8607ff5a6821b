package io.intramuros.usage;

import java.time.Instant;

/**
 * A row of the usage audit. It never holds text of a prompt or an answer.
 *
 * @param requestId the request
 * @param user who asked
 * @param door where it came in: {@code PORTAL} or {@code API}
 * @param clientId the OIDC client
 * @param model the model that ran
 * @param digest SHA-256 of its weights
 * @param precision what they are stored in
 * @param openedAt when the row was written, before the first token
 * @param settledAt when it ended; {@code null} while it runs
 * @param status {@code OPEN}, or how it ended: {@code STOP}, {@code LENGTH}, {@code CANCELLED}, {@code FAILED},
 *     {@code REFUSED} (the engine took no more), {@code INTERRUPTED} (the server stopped in between)
 * @param promptTokens tokens of the prompt
 * @param completionTokens tokens of the answer
 * @param timeToFirstTokenMillis {@code null} if there was none
 * @param durationMillis {@code null} while it runs
 * @param error why it failed; {@code null} otherwise
 */
public record UsageRecord(
        String requestId,
        String user,
        String door,
        String clientId,
        String model,
        String digest,
        String precision,
        Instant openedAt,
        Instant settledAt,
        String status,
        int promptTokens,
        int completionTokens,
        Long timeToFirstTokenMillis,
        Long durationMillis,
        String error) {}
