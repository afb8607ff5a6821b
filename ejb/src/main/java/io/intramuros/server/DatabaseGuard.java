package io.intramuros.server;

import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.InvocationContext;
import java.sql.SQLException;
import java.util.List;

/** Tells those who call a bean whether the database is away or the fault is ours. */
public class DatabaseGuard {
    /** SQL states of a connection lost or refused, of PostgreSQL's shutdown, and of H2's closed databases. */
    private static final List<String> AWAY = List.of("08", "57P", "90");

    @Inject
    private DatabaseState state;

    /** Calls, unless the database was not there yet, and renames the failure if it is the database's absence. */
    @AroundInvoke
    public Object call(InvocationContext call) throws Exception {
        state.requireOpen();
        try {
            return call.proceed();
        } catch (RuntimeException e) {
            throw isDatabaseAway(e) ? new DatabaseUnavailableException(e) : e;
        }
    }

    /** Whether this was thrown because the database does not answer. */
    public static boolean isDatabaseAway(Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof SQLException fault) {
                // The connection pool's own failures have no state.
                String state = fault.getSQLState();
                return state == null || AWAY.stream().anyMatch(state::startsWith);
            }
        }
        return false;
    }
}
