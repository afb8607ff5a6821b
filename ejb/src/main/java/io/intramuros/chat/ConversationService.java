package io.intramuros.chat;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import java.util.List;
import java.util.UUID;

/**
 * The conversations of the caller. Nobody reads another person's, by any identifier: every method throws
 * {@link NoSuchConversationException} for one that is not the caller's.
 */
@Stateless
@RolesAllowed("user")
public class ConversationService {
    /** The caller's conversations, the latest first. */
    public List<ConversationSummary> list() {
        throw new UnsupportedOperationException();
    }

    /** One of them, with its messages. */
    public Conversation open(UUID id) {
        throw new UnsupportedOperationException();
    }

    /** A new, empty one; its title comes from the first question. */
    public ConversationSummary create() {
        throw new UnsupportedOperationException();
    }

    /** Gives it another title, at most 200 characters. */
    public void rename(UUID id, String title) {
        throw new UnsupportedOperationException();
    }

    /** Deletes it with its messages. The usage audit keeps its rows, which hold no text. */
    public void delete(UUID id) {
        throw new UnsupportedOperationException();
    }

    /**
     * Asks the next question of a conversation. The question is kept before it is asked; the answer is kept at its end,
     * as far as it came when it was stopped or failed.
     *
     * @param id the conversation
     * @param requestId the identifier of this request
     * @param clientId the OIDC client the caller came through
     * @param model the model asked for; {@code null} for the house's default
     * @param question what is asked
     * @param listener hears the answer
     * @throws ChatException if the question is refused
     */
    public Answer ask(
            UUID id, String requestId, String clientId, String model, String question, AnswerListener listener) {
        throw new UnsupportedOperationException();
    }
}
