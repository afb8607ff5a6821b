package io.intramuros.persistence.conversation;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;

/**
 * What is known of an answer beside its text.
 *
 * @param requestId its request in the usage audit
 * @param model the model's name
 * @param precision what its weights are stored in
 * @param promptTokens tokens of the prompt
 * @param completionTokens tokens of the answer
 * @param outcome why it ended
 */
@Embeddable
public record AnswerMetadata(
        @Column(name = "request_id") String requestId,
        String model,
        @Column(name = "model_precision") String precision,
        @Column(name = "prompt_tokens") Integer promptTokens,
        @Column(name = "completion_tokens") Integer completionTokens,
        String outcome) {}
