package io.intramuros.chat;

import io.intramuros.persistence.TestDatabase;
import io.intramuros.server.ThisServer;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;

/** The store with the transactions a container would put around it. */
final class TransactionalStore extends ConversationStore {
    private final TestDatabase database;
    private final ThisServer server;

    TransactionalStore(TestDatabase database, ThisServer server) {
        this.database = database;
        this.server = server;
    }

    @Override
    public List<ConversationSummary> list(String owner) {
        return get(store -> store.list(owner));
    }

    @Override
    public Conversation open(String owner, UUID id) {
        return get(store -> store.open(owner, id));
    }

    @Override
    public ConversationSummary create(String owner) {
        return get(store -> store.create(owner));
    }

    @Override
    public void rename(String owner, UUID id, String title) {
        run(store -> store.rename(owner, id, title));
    }

    @Override
    public Optional<String> delete(String owner, UUID id) {
        return get(store -> store.delete(owner, id));
    }

    @Override
    public List<Turn> keepQuestion(String owner, UUID id, String requestId, String question) {
        return get(store -> store.keepQuestion(owner, id, requestId, question));
    }

    @Override
    public void keepAnswer(UUID id, AnswerSummary summary, String text) {
        run(store -> store.keepAnswer(id, summary, text));
    }

    @Override
    public void release(UUID id, String requestId) {
        run(store -> store.release(id, requestId));
    }

    private <T> T get(Function<ConversationStore, T> work) {
        return database.inTransaction(em -> work.apply(on(em)));
    }

    private void run(Consumer<ConversationStore> work) {
        database.run(em -> work.accept(on(em)));
    }

    private ConversationStore on(EntityManager em) {
        return new ConversationStore(em, server);
    }
}
