package io.intramuros.web;

import io.undertow.server.ServerConnection;
import io.undertow.servlet.handlers.ServletRequestContext;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * The connection of the one who reads a response. The Servlet API ends every body in good order, even after a fault; a
 * body that is not whole must not end so, and only the container's own API can break it off.
 *
 * @param connection the container's
 */
public record ReaderConnection(ServerConnection connection) {
    private static final Logger LOG = System.getLogger(ReaderConnection.class.getName());

    /** That of the request which this thread serves. */
    public static ReaderConnection current() {
        return new ReaderConnection(
                ServletRequestContext.requireCurrent().getExchange().getConnection());
    }

    /** Ends it in the middle of the body; the reader's HTTP library reports that as a failure. */
    public void breakOff() {
        try {
            connection.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "The connection was gone already", e);
        }
    }
}
