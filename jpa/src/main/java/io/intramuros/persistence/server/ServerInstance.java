package io.intramuros.persistence.server;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;

/** One run of a server, from its start to its end. */
@Entity
@Table(name = "server_instance")
public class ServerInstance {
    @Id
    private UUID id;

    @Column(nullable = false)
    private String node;

    @Column(name = "started_at", nullable = false)
    private Instant startedAt;

    @Column(name = "seen_at", nullable = false)
    private Instant seenAt;

    protected ServerInstance() {}

    /**
     * @param id this run's
     * @param node the server's name, the same in its next run and unlike any other server's on this database
     * @param startedAt now
     */
    public ServerInstance(UUID id, String node, Instant startedAt) {
        this.id = id;
        this.node = node;
        this.startedAt = startedAt;
        this.seenAt = startedAt;
    }

    public UUID id() {
        return id;
    }

    public String node() {
        return node;
    }

    public Instant startedAt() {
        return startedAt;
    }

    /** When it last said that it runs. */
    public Instant seenAt() {
        return seenAt;
    }
}
