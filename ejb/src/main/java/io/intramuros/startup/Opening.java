package io.intramuros.startup;

import io.intramuros.persistence.schema.Schema;
import io.intramuros.server.DatabaseGuard;
import io.intramuros.server.DatabaseState;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.Resource;
import jakarta.annotation.security.PermitAll;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.EJB;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.Timeout;
import jakarta.ejb.TimerConfig;
import jakarta.ejb.TimerService;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.PersistenceUnit;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * Brings the database to this application's schema and settles what earlier runs left, before anybody else touches it.
 * A database that is away is waited for: the application is up meanwhile and says what it lacks. One that is there but
 * not to be used keeps the application down.
 */
@Singleton
@Startup
@PermitAll
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class Opening {
    private static final Logger LOG = Logger.getLogger(Opening.class.getName());
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

    @Resource(lookup = "java:jboss/datasources/IntramurosDS")
    private DataSource database;

    @PersistenceUnit(unitName = "intramuros")
    private EntityManagerFactory entities;

    @Resource
    private TimerService timers;

    @EJB
    private Housekeeper housekeeper;

    @Inject
    private DatabaseState state;

    private String lastReason = "";

    @PostConstruct
    void start() {
        try {
            open();
        } catch (RuntimeException e) {
            if (!DatabaseGuard.isDatabaseAway(e)) {
                throw e;
            }
            waitFor(e);
        }
    }

    /** Looks again. By now the application is up, so whatever is wrong is said in the log and may be mended there. */
    @Timeout
    void lookAgain() {
        try {
            open();
        } catch (RuntimeException e) {
            waitFor(e);
        }
    }

    private void open() {
        Schema schema = new Schema(database);
        String version = schema.migrate();
        schema.validate(entities);
        housekeeper.tidy();
        state.open();
        LOG.log(Level.INFO, "The database has schema version {0}.", version);
    }

    /** Says why, once for each reason. */
    private void waitFor(RuntimeException cause) {
        String reason = rootOf(cause);
        if (!reason.equals(lastReason)) {
            lastReason = reason;
            LOG.log(
                    Level.SEVERE,
                    "There are no answers until the database can be used; looking again every {0} s. {1} ({2})",
                    new Object[] {LOOK_AGAIN.toSeconds(), cause.getMessage(), reason});
        }
        timers.createSingleActionTimer(LOOK_AGAIN.toMillis(), new TimerConfig(null, false));
    }

    private static String rootOf(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }
}
