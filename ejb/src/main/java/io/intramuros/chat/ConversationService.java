package io.intramuros.chat;

import io.intramuros.chat.ChatException.Kind;
import io.intramuros.persistence.conversation.StoredConversation;
import io.intramuros.server.DatabaseGuard;
import io.intramuros.server.PatientWriter;
import jakarta.annotation.Resource;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.SessionContext;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptors;
import java.util.List;
import java.util.UUID;

/**
 * The conversations of the caller. Nobody reads another person's, by any identifier: every method throws
 * {@link NoSuchConversationException} for one that is not the caller's.
 */
@Stateless
@Interceptors(DatabaseGuard.class)
@RolesAllowed("user")
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class ConversationService {
    /** The longest question that is kept. */
    public static final int MOST_QUESTION_CHARACTERS = 200_000;

    @Resource
    SessionContext session;

    private ConversationStore store;
    private ChatService chat;
    private RunningAnswers running;
    private PatientWriter writer;

    /** For the container's proxy. */
    protected ConversationService() {}

    @Inject
    ConversationService(ConversationStore store, ChatService chat, RunningAnswers running, PatientWriter writer) {
        this.store = store;
        this.chat = chat;
        this.running = running;
        this.writer = writer;
    }

    /** The caller's conversations, the latest first. */
    public List<ConversationSummary> list() {
        return store.list(caller());
    }

    /** One of them, with its messages. */
    public Conversation open(UUID id) {
        return store.open(caller(), id);
    }

    /** A new, empty one; its title is empty until it comes from the first question. */
    public ConversationSummary create() {
        return store.create(caller());
    }

    /**
     * Gives it another title.
     *
     * @throws ChatException if the title is blank or longer than 200 characters
     */
    public void rename(UUID id, String title) {
        String trimmed = title == null ? "" : title.strip();
        if (trimmed.isEmpty() || trimmed.length() > StoredConversation.MOST_TITLE_CHARACTERS) {
            throw new ChatException(
                    Kind.INVALID_REQUEST,
                    "A title has 1 to " + StoredConversation.MOST_TITLE_CHARACTERS + " characters.",
                    "title",
                    null,
                    null);
        }
        store.rename(caller(), id, trimmed);
    }

    /**
     * Deletes it with its messages, and stops the answer it may be waiting for. The usage audit keeps its rows, which
     * hold no text.
     */
    public void delete(UUID id) {
        store.delete(caller(), id).ifPresent(running::cancel);
    }

    /**
     * Asks the next question of a conversation. The question is kept before it is asked, even if it is then refused;
     * asking it again in the same words does not keep it twice. The answer is kept at its end, as far as it came when
     * it was stopped or failed; the listener hears the end after that. Questions that were never answered are not part
     * of what the model is told.
     *
     * @param id the conversation
     * @param requestId the identifier of this request
     * @param clientId the OIDC client the caller came through
     * @param model the model asked for; {@code null} for the house's default
     * @param question what is asked
     * @param listener hears the answer
     * @throws ChatException if the question is refused, among others while an earlier one of this conversation is still
     *     being answered
     */
    public Answer ask(
            UUID id, String requestId, String clientId, String model, String question, AnswerListener listener) {
        check(question);
        List<Turn> turns = store.keepQuestion(caller(), id, requestId, question);
        try {
            return chat.ask(
                    new ChatRequest(requestId, Door.PORTAL, clientId, model, turns, SamplingOptions.DEFAULT),
                    new AnswerKeeper(id, store, writer, listener));
        } catch (RuntimeException e) {
            writer.write(
                    "the end of request " + requestId + " in its conversation",
                    () -> store.release(id, requestId),
                    () -> {});
            throw e;
        }
    }

    private static void check(String question) {
        if (question == null || question.isBlank()) {
            throw new ChatException(Kind.INVALID_REQUEST, "There is no question.", "question", null, null);
        }
        if (question.length() > MOST_QUESTION_CHARACTERS) {
            throw new ChatException(
                    Kind.PROMPT_TOO_LONG,
                    "The question has " + question.length() + " characters; at most " + MOST_QUESTION_CHARACTERS
                            + " are read. Shorten it.");
        }
    }

    private String caller() {
        return session.getCallerPrincipal().getName();
    }
}
