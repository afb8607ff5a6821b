package io.intramuros.persistence.usage;

import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;

/**
 * What is known of a question before its first token.
 *
 * @param requestId unique
 * @param userName who asks
 * @param door where it came in
 * @param clientId the OIDC client; {@code null} if there is none
 * @param engine the engine's name
 * @param model the model that will run
 * @param digest SHA-256 of its weights
 * @param precision what they are stored in
 * @param backend what computes
 * @param instanceId the run of the server that answers
 * @param openedAt now
 * @param allowanceMonth the first day of the month that is charged
 * @param reservedTokens what is held in the allowance
 * @param promptTokens tokens of the prompt
 */
public record UsageOpening(
        String requestId,
        String userName,
        String door,
        String clientId,
        String engine,
        String model,
        String digest,
        String precision,
        String backend,
        UUID instanceId,
        Instant openedAt,
        LocalDate allowanceMonth,
        long reservedTokens,
        int promptTokens) {}
