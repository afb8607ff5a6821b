package io.intramuros.startup;

import io.intramuros.server.DatabaseState;
import io.intramuros.usage.UsageLedger;
import jakarta.annotation.security.PermitAll;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.EJB;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Settles what servers left open that no longer run: at the {@link Opening} what this server's last run left, and from
 * then on also what others on the same database leave.
 */
@Singleton
@PermitAll
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class Housekeeper {
    private static final Logger LOG = Logger.getLogger(Housekeeper.class.getName());

    @EJB
    private ServerLease lease;

    @Inject
    private UsageLedger ledger;

    @Inject
    private DatabaseState state;

    /** Comes round again; a database that is away now is there the next time. */
    @Schedule(hour = "*", minute = "*", second = "*/30", persistent = false)
    void comeRound() {
        if (!state.isOpen()) {
            return;
        }
        try {
            tidy();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "Housekeeping waits for the database: {0}", e.getMessage());
        }
    }

    /** Says that this run lives, and settles what others left that do not. */
    public void tidy() {
        lease.renew();
        int settled = 0;
        int piece = ledger.settleAbandoned();
        while (piece > 0) {
            settled += piece;
            piece = ledger.settleAbandoned();
        }
        lease.releaseConversations();
        if (settled > 0) {
            LOG.log(Level.WARNING, "{0} questions of a server that stopped were settled as interrupted.", settled);
        }
    }
}
