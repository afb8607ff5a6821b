package io.intramuros.chat;

import java.util.List;

/**
 * A question. Who asks is not in it: that comes from the container's caller principal.
 *
 * @param requestId the identifier of this request in the audit and in every response
 * @param door where it came in
 * @param clientId the OIDC client the caller came through ({@code azp} of the token)
 * @param model the model asked for; {@code null} for the house's default
 * @param turns the conversation, the question last
 * @param sampling how the answer is drawn
 */
public record ChatRequest(
        String requestId, Door door, String clientId, String model, List<Turn> turns, SamplingOptions sampling) {
    public ChatRequest {
        turns = List.copyOf(turns);
    }
}
