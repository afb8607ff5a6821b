package io.intramuros.chat;

import io.intramuros.chat.ChatException.Kind;
import io.intramuros.persistence.conversation.AnswerMetadata;
import io.intramuros.persistence.conversation.Conversations;
import io.intramuros.persistence.conversation.StoredConversation;
import io.intramuros.persistence.conversation.StoredMessage;
import io.intramuros.persistence.conversation.StoredMessage.Speaker;
import io.intramuros.server.CommitGuard;
import io.intramuros.server.ThisServer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptors;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The transactions on conversations. Who the owner is was decided by {@link ConversationService}. Not a session bean,
 * since those stop before the last answers are kept when the application goes.
 */
@ApplicationScoped
@Interceptors(CommitGuard.class)
@Transactional(Transactional.TxType.REQUIRES_NEW)
public class ConversationStore {
    @PersistenceContext(unitName = "intramuros")
    private EntityManager em;

    private ThisServer server;

    /** For the container's proxy. */
    protected ConversationStore() {}

    /** @param server holds the conversations that are being answered */
    @Inject
    public ConversationStore(ThisServer server) {
        this.server = server;
    }

    /** With an entity manager whose transactions the caller begins and ends. */
    ConversationStore(EntityManager em, ThisServer server) {
        this.em = em;
        this.server = server;
    }

    /** The owner's, the latest first. */
    public List<ConversationSummary> list(String owner) {
        return conversations().of(owner).stream()
                .map(ConversationStore::summary)
                .toList();
    }

    /** One of the owner's, with its messages. */
    public Conversation open(String owner, UUID id) {
        StoredConversation conversation = find(owner, id);
        return new Conversation(
                summary(conversation),
                conversations().messages(conversation).stream()
                        .map(ConversationStore::message)
                        .toList());
    }

    /** A new one. */
    public ConversationSummary create(String owner) {
        StoredConversation conversation = new StoredConversation(UUID.randomUUID(), owner, now());
        conversations().add(conversation);
        return summary(conversation);
    }

    /** Gives one another title. */
    public void rename(String owner, UUID id, String title) {
        find(owner, id).rename(title);
    }

    /**
     * Deletes one.
     *
     * @return the request that is being answered in it, if there is one
     */
    public Optional<String> delete(String owner, UUID id) {
        Optional<String> running = find(owner, id).runningRequest();
        em.clear();
        conversations().delete(id, owner);
        return running;
    }

    /**
     * Takes the conversation for a request and keeps its question.
     *
     * @return what the model is told: the answered questions with their answers, and this question
     */
    public List<Turn> keepQuestion(String owner, UUID id, String requestId, String question) {
        if (!conversations().claim(id, owner, requestId, server.instance())) {
            find(owner, id);
            throw new ChatException(
                    Kind.CONVERSATION_BUSY,
                    "This conversation's earlier question is still being answered. Wait for its end, or stop it.");
        }
        StoredConversation conversation = find(owner, id);
        List<StoredMessage> messages = conversations().messages(conversation);
        Instant now = now();
        if (!isAskedAgain(messages, question)) {
            conversations()
                    .add(new StoredMessage(
                            UUID.randomUUID(), id, nextOrdinal(messages), Speaker.USER, question, now, null));
        }
        if (conversation.title().isEmpty()) {
            conversation.rename(Titles.of(question));
        }
        conversation.touch(now);
        return turns(messages, question);
    }

    /** Keeps the answer, and gives the conversation back. Does nothing if that was done, or if it was deleted. */
    public void keepAnswer(UUID id, AnswerSummary summary, String text) {
        if (!conversations().release(id, summary.requestId())) {
            return;
        }
        StoredConversation conversation = em.find(StoredConversation.class, id);
        Instant now = now();
        conversation.touch(now);
        if (text.isEmpty()) {
            return;
        }
        conversations()
                .add(new StoredMessage(
                        UUID.randomUUID(),
                        id,
                        nextOrdinal(conversations().messages(conversation)),
                        Speaker.ASSISTANT,
                        text,
                        now,
                        new AnswerMetadata(
                                summary.requestId(),
                                summary.model().id(),
                                summary.model().precision(),
                                summary.promptTokens(),
                                summary.completionTokens(),
                                summary.outcome().name())));
    }

    /** Gives the conversation back without an answer. */
    public void release(UUID id, String requestId) {
        conversations().release(id, requestId);
    }

    private Conversations conversations() {
        return new Conversations(em);
    }

    private StoredConversation find(String owner, UUID id) {
        return conversations().find(id, owner).orElseThrow(NoSuchConversationException::new);
    }

    private static boolean isAskedAgain(List<StoredMessage> messages, String question) {
        return !messages.isEmpty()
                && messages.getLast().speaker() == Speaker.USER
                && messages.getLast().content().equals(question);
    }

    private static int nextOrdinal(List<StoredMessage> messages) {
        return messages.isEmpty() ? 0 : messages.getLast().ordinal() + 1;
    }

    private static List<Turn> turns(List<StoredMessage> messages, String question) {
        List<Turn> turns = new ArrayList<>();
        for (int i = 1; i < messages.size(); i++) {
            StoredMessage asked = messages.get(i - 1);
            StoredMessage answered = messages.get(i);
            if (asked.speaker() == Speaker.USER && answered.speaker() == Speaker.ASSISTANT) {
                turns.add(new Turn(Turn.Role.USER, asked.content()));
                turns.add(new Turn(Turn.Role.ASSISTANT, answered.content()));
            }
        }
        turns.add(new Turn(Turn.Role.USER, question));
        return turns;
    }

    private static ConversationSummary summary(StoredConversation conversation) {
        return new ConversationSummary(conversation.id(), conversation.title().orElse(""), conversation.updatedAt());
    }

    private static Conversation.Message message(StoredMessage message) {
        Turn.Role role = message.speaker() == Speaker.USER ? Turn.Role.USER : Turn.Role.ASSISTANT;
        return new Conversation.Message(
                message.id(),
                new Turn(role, message.content()),
                message.createdAt(),
                message.answer().map(ConversationStore::facts).orElse(null));
    }

    private static Conversation.AnswerFacts facts(AnswerMetadata answer) {
        return new Conversation.AnswerFacts(
                answer.requestId(),
                answer.model(),
                answer.precision(),
                answer.promptTokens(),
                answer.completionTokens(),
                AnswerSummary.Outcome.valueOf(answer.outcome()));
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MICROS);
    }
}
