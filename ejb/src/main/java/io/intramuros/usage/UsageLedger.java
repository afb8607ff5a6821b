package io.intramuros.usage;

import io.intramuros.persistence.usage.AllowanceAccount;
import io.intramuros.persistence.usage.Allowances;
import io.intramuros.persistence.usage.UsageAudit;
import io.intramuros.persistence.usage.UsageEntry;
import io.intramuros.persistence.usage.UsageOpening;
import io.intramuros.persistence.usage.UsageOutcome;
import io.intramuros.persistence.usage.UsageStatus;
import io.intramuros.server.CommitGuard;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.interceptor.Interceptors;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The transactions on audit and allowance. Each is one of its own: a row and what it holds in the allowance are written
 * together, and settled together, exactly once. Not a session bean, since those stop before what they would have to
 * settle when the application goes.
 */
@ApplicationScoped
@Interceptors(CommitGuard.class)
@Transactional(Transactional.TxType.REQUIRES_NEW)
public class UsageLedger {
    private static final int PIECE = 100;

    @PersistenceContext(unitName = "intramuros")
    private EntityManager em;

    public UsageLedger() {}

    /** With an entity manager whose transactions the caller begins and ends. */
    UsageLedger(EntityManager em) {
        this.em = em;
    }

    /** The account as it stands; opened if the user has none this month. */
    public AllowanceAccount account(AllowanceAccount.Key key) {
        Allowances allowances = new Allowances(em);
        Optional<AllowanceAccount> account = allowances.find(key);
        if (account.isPresent()) {
            return account.get();
        }
        allowances.ensure(key);
        return allowances.find(key).orElseThrow();
    }

    /** Whether a row of that request exists. */
    public boolean knows(String requestId) {
        return new UsageAudit(em).knows(requestId);
    }

    /**
     * Holds tokens in the allowance and writes the open row.
     *
     * @param limit what the month allows
     * @return the row's id; empty if the allowance does not suffice, and nothing is written then
     */
    public OptionalLong open(UsageOpening opening, long limit) {
        AllowanceAccount.Key key = new AllowanceAccount.Key(opening.userName(), opening.allowanceMonth());
        if (!new Allowances(em).reserve(key, opening.reservedTokens(), limit)) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(new UsageAudit(em).open(opening));
    }

    /**
     * Settles a row and its allowance.
     *
     * @param id the row
     * @param opening what it was opened with
     * @param chargedTokens what is taken from the allowance in place of what was held
     * @return false if it was settled before; nothing is changed then
     */
    public boolean settle(long id, UsageOpening opening, UsageOutcome outcome, long chargedTokens) {
        if (!new UsageAudit(em).settle(id, outcome)) {
            return false;
        }
        AllowanceAccount.Key key = new AllowanceAccount.Key(opening.userName(), opening.allowanceMonth());
        new Allowances(em).settle(key, opening.reservedTokens(), chargedTokens);
        return true;
    }

    /** Settles the row of a request that was refused though its row may be there; it costs its user nothing. */
    public void settleRefused(String requestId, UsageOutcome outcome) {
        new UsageAudit(em).openRow(requestId).ifPresent(row -> settle(row.id(), row.opening(), outcome, 0));
    }

    /**
     * Settles some of the rows that servers left open which are gone, as {@link UsageStatus#INTERRUPTED}. They cost
     * their users nothing.
     *
     * @return how many; 0 when none is left
     */
    public int settleAbandoned() {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        List<UsageEntry> rows = new UsageAudit(em).abandoned(PIECE);
        int settled = 0;
        for (UsageEntry row : rows) {
            boolean first = settle(
                    row.id(),
                    row.opening(),
                    new UsageOutcome(
                            UsageStatus.INTERRUPTED,
                            now,
                            row.opening().promptTokens(),
                            0,
                            null,
                            null,
                            "The server stopped while it answered."),
                    0);
            settled += first ? 1 : 0;
        }
        return settled;
    }
}
