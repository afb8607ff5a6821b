package io.intramuros.server;

import jakarta.enterprise.context.ApplicationScoped;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.UUID;

/** This run of this server, as others on the same database know it. */
@ApplicationScoped
public class ThisServer {
    private final UUID instance = UUID.randomUUID();
    private final String node;

    /** Named as WildFly names its node: {@code jboss.node.name}, by default the host's name. */
    public ThisServer() {
        this(System.getProperty("jboss.node.name", hostName()));
    }

    ThisServer(String node) {
        this.node = node;
    }

    /** This run's identifier; the next run has another. */
    public UUID instance() {
        return instance;
    }

    /** The server's name, the same in its next run. Servers that share a database must have different ones. */
    public String node() {
        return node;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
