package io.intramuros.startup;

import io.intramuros.persistence.conversation.Conversations;
import io.intramuros.persistence.server.ServerInstance;
import io.intramuros.persistence.server.ServerInstances;
import io.intramuros.server.ThisServer;
import jakarta.annotation.security.PermitAll;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Tells the other servers on the database that this one runs, and forgets those that no longer do. */
@Stateless
@PermitAll
@TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
public class ServerLease {
    /** A server not heard of for so long is gone. Far longer than a database may be away or clocks may differ. */
    static final Duration LEASE = Duration.ofMinutes(10);

    @PersistenceContext(unitName = "intramuros")
    private EntityManager em;

    @Inject
    private ThisServer self;

    /** Says that this server runs, and forgets those that are gone, its own earlier runs among them. */
    public void renew() {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        ServerInstances servers = new ServerInstances(em);
        if (!servers.seen(self.instance(), now)) {
            servers.register(new ServerInstance(self.instance(), self.node(), now));
        }
        servers.forgetDead(self.instance(), self.node(), now.minus(LEASE));
    }

    /** Gives back the conversations that servers hold which are gone. */
    public void releaseConversations() {
        new Conversations(em).releaseAbandoned();
    }
}
