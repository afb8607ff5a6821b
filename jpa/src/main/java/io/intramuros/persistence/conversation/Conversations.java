package io.intramuros.persistence.conversation;

import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The queries on conversations. Writing needs a transaction. */
public final class Conversations {
    private final EntityManager em;

    public Conversations(EntityManager em) {
        this.em = em;
    }

    /** The owner's, the latest first. */
    public List<StoredConversation> of(String owner) {
        return em.createQuery(
                        "select c from StoredConversation c where c.ownerName = :owner order by c.updatedAt desc, c.id",
                        StoredConversation.class)
                .setParameter("owner", owner)
                .getResultList();
    }

    /** One of the owner's; empty for another person's as for none. */
    public Optional<StoredConversation> find(UUID id, String owner) {
        return em.createQuery(
                        "select c from StoredConversation c where c.id = :id and c.ownerName = :owner",
                        StoredConversation.class)
                .setParameter("id", id)
                .setParameter("owner", owner)
                .getResultStream()
                .findFirst();
    }

    /** Keeps a new one. */
    public void add(StoredConversation conversation) {
        em.persist(conversation);
    }

    /** Deletes it with its messages. */
    public boolean delete(UUID id, String owner) {
        return em.createQuery("delete StoredConversation c where c.id = :id and c.ownerName = :owner")
                        .setParameter("id", id)
                        .setParameter("owner", owner)
                        .executeUpdate()
                == 1;
    }

    /** Its messages, the oldest first. Whoever asks has {@link #find found} the conversation as its owner. */
    public List<StoredMessage> messages(StoredConversation conversation) {
        return em.createQuery(
                        "select m from StoredMessage m where m.conversationId = :id order by m.ordinal",
                        StoredMessage.class)
                .setParameter("id", conversation.id())
                .getResultList();
    }

    /** Keeps a message. */
    public void add(StoredMessage message) {
        em.persist(message);
    }

    /**
     * Takes the conversation for one request.
     *
     * @param instance the run of the server that answers
     * @return false if another request holds it, or if the owner has no such conversation
     */
    public boolean claim(UUID id, String owner, String request, UUID instance) {
        return em.createQuery("""
                        update StoredConversation c set c.runningRequest = :request, c.runningInstance = :instance
                        where c.id = :id and c.ownerName = :owner and c.runningRequest is null""")
                        .setParameter("request", request)
                        .setParameter("instance", instance)
                        .setParameter("id", id)
                        .setParameter("owner", owner)
                        .executeUpdate()
                == 1;
    }

    /**
     * Gives the conversation back.
     *
     * @return false if that request does not hold it, or no longer, or if it was deleted
     */
    public boolean release(UUID id, String request) {
        return em.createQuery("""
                        update StoredConversation c set c.runningRequest = null, c.runningInstance = null
                        where c.id = :id and c.runningRequest = :request""")
                        .setParameter("id", id)
                        .setParameter("request", request)
                        .executeUpdate()
                == 1;
    }

    /** Gives back what servers hold that no longer run. */
    public int releaseAbandoned() {
        return em.createQuery("""
                        update StoredConversation c set c.runningRequest = null, c.runningInstance = null
                        where c.runningRequest is not null
                            and c.runningInstance not in (select i.id from ServerInstance i)""").executeUpdate();
    }
}
