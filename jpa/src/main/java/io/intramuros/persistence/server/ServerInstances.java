package io.intramuros.persistence.server;

import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.UUID;

/** The queries on servers. Needs a transaction. */
public final class ServerInstances {
    private final EntityManager em;

    public ServerInstances(EntityManager em) {
        this.em = em;
    }

    /** Begins a run. */
    public void register(ServerInstance instance) {
        em.persist(instance);
    }

    /**
     * Says that it still runs.
     *
     * @return false if others took it for dead and forgot it
     */
    public boolean seen(UUID id, Instant now) {
        return em.createQuery("update ServerInstance i set i.seenAt = :now where i.id = :id")
                        .setParameter("now", now)
                        .setParameter("id", id)
                        .executeUpdate()
                == 1;
    }

    /**
     * Forgets the runs that are over: earlier ones of the same node, and those not seen for long.
     *
     * @param self the run that asks
     * @param node its node
     * @param deadline others not seen since then are over
     */
    public int forgetDead(UUID self, String node, Instant deadline) {
        return em.createQuery(
                        "delete ServerInstance i where i.id <> :self and (i.node = :node or i.seenAt < :deadline)")
                .setParameter("self", self)
                .setParameter("node", node)
                .setParameter("deadline", deadline)
                .executeUpdate();
    }
}
