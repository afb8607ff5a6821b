package io.intramuros.usage;

import io.intramuros.persistence.usage.UsageOpening;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;

/**
 * A question as the meter sees it: all but its text.
 *
 * @param requestId the request
 * @param userName who asks, as the container says
 * @param door where it came in
 * @param clientId the OIDC client; {@code null} if there is none
 * @param engine the engine's name
 * @param model the model that will run
 * @param digest SHA-256 of its weights
 * @param precision what they are stored in
 * @param backend what computes
 * @param instance this run of this server
 * @param promptTokens tokens of the prompt
 */
public record Question(
        String requestId,
        String userName,
        String door,
        String clientId,
        String engine,
        String model,
        String digest,
        String precision,
        String backend,
        UUID instance,
        int promptTokens) {

    UsageOpening opening(Instant now, LocalDate month, int mostTokens) {
        return new UsageOpening(
                requestId,
                userName,
                door,
                clientId,
                engine,
                model,
                digest,
                precision,
                backend,
                instance,
                now,
                month,
                (long) promptTokens + mostTokens,
                promptTokens);
    }
}
