package io.intramuros.usage;

import io.intramuros.persistence.TestDatabase;
import io.intramuros.persistence.usage.AllowanceAccount;
import io.intramuros.persistence.usage.UsageOpening;
import io.intramuros.persistence.usage.UsageOutcome;
import java.util.OptionalLong;

/** The ledger with the transactions a container would put around it. */
public final class TransactionalLedger extends UsageLedger {
    private final TestDatabase database;

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
        return database.inTransaction(em -> new UsageLedger(em).open(opening, limit));
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
