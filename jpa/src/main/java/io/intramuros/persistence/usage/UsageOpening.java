package io.intramuros.persistence.usage;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
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
@Embeddable
public record UsageOpening(
        @Column(name = "request_id") String requestId,
        @Column(name = "user_name") String userName,
        String door,
        @Column(name = "client_id") String clientId,
        String engine,
        String model,
        @Column(name = "model_digest") String digest,
        @Column(name = "model_precision") String precision,
        String backend,
        @Column(name = "instance_id") UUID instanceId,
        @Column(name = "opened_at") Instant openedAt,
        @Column(name = "allowance_month") LocalDate allowanceMonth,
        @Column(name = "reserved_tokens") long reservedTokens,
        @Column(name = "prompt_tokens") int promptTokens) {}
