package io.intramuros.usage;

import io.intramuros.persistence.TestDatabase;
import io.intramuros.persistence.usage.AllowanceAccount;
import io.intramuros.persistence.usage.UsageOpening;
import io.intramuros.persistence.usage.UsageOutcome;
import io.intramuros.server.CommitFailedException;
import java.sql.SQLException;
import java.util.OptionalLong;

/** The ledger with the transactions a container would put around it. */
public final class TransactionalLedger extends UsageLedger {
    private final TestDatabase database;
    private boolean losesCommits;

    public TransactionalLedger(TestDatabase database) {
        this.database = database;
    }

    @Override
    public AllowanceAccount account(AllowanceAccount.Key key) {
        return database.inTransaction(em -> new UsageLedger(em).account(key));
    }

    @Override
    public boolean knows(String requestId) {
        return database.holds(em -> new UsageLedger(em).knows(requestId));
    }

    @Override
    public OptionalLong open(UsageOpening opening, long limit) {
        OptionalLong row = database.inTransaction(em -> new UsageLedger(em).open(opening, limit));
        if (losesCommits) {
            database.goAway();
            throw new CommitFailedException(new SQLException("connection lost", "08006"));
        }
        return row;
    }

    /** From now on the database takes rows and goes away before it can say so. */
    public void loseCommits() {
        losesCommits = true;
    }

    @Override
    public void settleRefused(String requestId, UsageOutcome outcome) {
        database.run(em -> new UsageLedger(em).settleRefused(requestId, outcome));
    }

    @Override
    public boolean settle(long id, UsageOpening opening, UsageOutcome outcome, long chargedTokens) {
        return database.holds(em -> new UsageLedger(em).settle(id, opening, outcome, chargedTokens));
    }

    @Override
    public int settleAbandoned() {
        return database.inTransaction(em -> new UsageLedger(em).settleAbandoned());
    }
}
