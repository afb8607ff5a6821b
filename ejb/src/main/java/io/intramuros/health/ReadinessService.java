package io.intramuros.health;

import io.intramuros.pool.EnginePool;
import io.intramuros.server.DatabaseState;
import jakarta.annotation.Resource;
import jakarta.annotation.security.PermitAll;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;

/** Says whether questions can be answered now. Open to everybody, so it says no more than that. */
@Stateless
@PermitAll
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class ReadinessService {
    private static final int PATIENCE_SECONDS = 2;

    @Resource(lookup = "java:jboss/datasources/IntramurosDS")
    private DataSource database;

    @Resource
    private ManagedExecutorService threads;

    @Inject
    private EnginePool pool;

    @Inject
    private DatabaseState state;

    /** Looks now, within two seconds; never throws. */
    public Readiness check() {
        return new Readiness(!pool.ready().isEmpty(), state.isOpen() && databaseAnswers());
    }

    /** On another thread, since waiting for a free connection takes longer than whoever asks has time for. */
    private boolean databaseAnswers() {
        try {
            Future<Boolean> answer = threads.submit(this::connects);
            try {
                return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                answer.cancel(true);
                return false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    private boolean connects() throws SQLException {
        try (Connection connection = database.getConnection()) {
            return connection.isValid(PATIENCE_SECONDS);
        }
    }
}
