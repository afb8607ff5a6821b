package io.intramuros.chat;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A conversation as its owner reads it.
 *
 * @param summary its head
 * @param messages oldest first
 */
public record Conversation(ConversationSummary summary, List<Message> messages) {
    public Conversation {
        messages = List.copyOf(messages);
    }

    /**
     * One message.
     *
     * @param id its identifier
     * @param turn who said what
     * @param at when
     * @param facts what is known of an answer; {@code null} for a question
     */
    public record Message(UUID id, Turn turn, Instant at, AnswerFacts facts) {}

    /**
     * What is shown beside an answer.
     *
     * @param requestId its request in the audit
     * @param model the model's name
     * @param precision what its weights are stored in
     * @param promptTokens tokens of the prompt
     * @param completionTokens tokens of the answer
     * @param outcome why it ended
     */
    public record AnswerFacts(
            String requestId,
            String model,
            String precision,
            int promptTokens,
            int completionTokens,
            AnswerSummary.Outcome outcome) {}
}
