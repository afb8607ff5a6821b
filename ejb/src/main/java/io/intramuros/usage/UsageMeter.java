package io.intramuros.usage;

import io.intramuros.persistence.usage.AllowanceAccount;
import io.intramuros.persistence.usage.Allowances;
import io.intramuros.persistence.usage.UsageOpening;
import io.intramuros.persistence.usage.UsageOutcome;
import io.intramuros.persistence.usage.UsageStatus;
import io.intramuros.server.CommitFailedException;
import io.intramuros.server.PatientWriter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.OptionalLong;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Meters each question: its worst case is reserved and its row is written before any compute, and both are settled at
 * its end, whatever the end.
 */
@ApplicationScoped
public class UsageMeter {
    private static final int MOST_TRIES = 5;

    private UsageLedger ledger;
    private PatientWriter writer;
    private long monthlyTokens;
    private Clock clock;

    /** For the container's proxy. */
    protected UsageMeter() {}

    /**
     * @param ledger the transactions
     * @param writer settles while the database is away
     * @param monthlyTokens what a month allows each person and program
     */
    @Inject
    public UsageMeter(
            UsageLedger ledger,
            PatientWriter writer,
            @ConfigProperty(name = "intramuros.allowance.monthly-tokens", defaultValue = "1000000")
                    long monthlyTokens) {
        this(ledger, writer, monthlyTokens, Clock.systemUTC());
    }

    UsageMeter(UsageLedger ledger, PatientWriter writer, long monthlyTokens, Clock clock) {
        this.ledger = ledger;
        this.writer = writer;
        this.monthlyTokens = monthlyTokens;
        this.clock = clock;
    }

    /** The allowance of this month as it stands. */
    public Allowance allowance(String userName) {
        AllowanceAccount account = account(key(userName, now()));
        return new Allowance(
                monthlyTokens, account.usedTokens(), account.reservedTokens(), nextMonth(account.monthStart()));
    }

    /**
     * Reserves and writes the row, together.
     *
     * @param question who asks what of whom
     * @param mostTokens of answer
     * @param fewerWillDo whether an answer cut to what is left of the allowance is wanted rather than none
     * @return what to settle at the end
     * @throws AllowanceSpentException if the allowance does not suffice; nothing is written then
     * @throws DuplicateRequestException if that request was asked before
     * @throws RuntimeException if the database does not take it; there must be no answer then
     */
    public Metered open(Question question, int mostTokens, boolean fewerWillDo) {
        if (ledger.knows(question.requestId())) {
            throw new DuplicateRequestException(question.requestId());
        }
        for (int i = 0; i < MOST_TRIES; i++) {
            Instant now = now();
            AllowanceAccount account = account(key(question.userName(), now));
            long left = monthlyTokens - account.usedTokens() - account.reservedTokens() - question.promptTokens();
            if (left < (fewerWillDo ? 1 : mostTokens)) {
                throw spent(account, now);
            }
            int granted = (int) Math.min(mostTokens, left);
            UsageOpening opening = question.opening(now, account.monthStart(), granted);
            OptionalLong row = open(opening);
            if (row.isPresent()) {
                return new Metered(row.getAsLong(), opening, granted);
            }
            // Another request of the same user took the tokens in between: look again at what is left.
        }
        Instant now = now();
        throw spent(account(key(question.userName(), now)), now);
    }

    /** The database may have the row and its answer be lost: then it is settled as refused, when there is a database. */
    private OptionalLong open(UsageOpening opening) {
        try {
            return ledger.open(opening, monthlyTokens);
        } catch (CommitFailedException e) {
            String request = opening.requestId();
            UsageOutcome refused = new UsageOutcome(
                    UsageStatus.REFUSED, now(), opening.promptTokens(), 0, null, null, "RECORD_UNAVAILABLE");
            writer.write("the refusal of request " + request, () -> ledger.settleRefused(request, refused), () -> {});
            throw e;
        }
    }

    /**
     * Settles, however long the database takes to come back.
     *
     * @param metered from {@link #open}
     * @param outcome how it ended
     * @param afterwards runs once, when it is settled, or when whoever waits has waited long enough
     */
    public void settle(Metered metered, UsageOutcome outcome, Runnable afterwards) {
        writer.write(
                "the audit row of request " + metered.opening().requestId(),
                () -> ledger.settle(metered.row(), metered.opening(), outcome, charge(outcome)),
                afterwards);
    }

    /** Now, as exact as the database keeps it. */
    public Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** What failed, was refused or interrupted costs its user nothing; what was computed on request is paid for. */
    private static long charge(UsageOutcome outcome) {
        return switch (outcome.status()) {
            case STOP, LENGTH, CANCELLED -> (long) outcome.promptTokens() + outcome.completionTokens();
            case FAILED, REFUSED, INTERRUPTED, OPEN -> 0;
        };
    }

    private AllowanceSpentException spent(AllowanceAccount account, Instant now) {
        long held = account.reservedTokens();
        return new AllowanceSpentException(
                monthlyTokens, account.usedTokens(), held, now, nextMonth(account.monthStart()));
    }

    /** The first two questions of a month may open the account at the same moment; one of them finds it then. */
    private AllowanceAccount account(AllowanceAccount.Key key) {
        try {
            return ledger.account(key);
        } catch (RuntimeException e) {
            if (Allowances.isCollision(e)) {
                return ledger.account(key);
            }
            throw e;
        }
    }

    private static AllowanceAccount.Key key(String userName, Instant now) {
        return new AllowanceAccount.Key(
                userName, LocalDate.ofInstant(now, ZoneOffset.UTC).withDayOfMonth(1));
    }

    private static Instant nextMonth(LocalDate monthStart) {
        return monthStart.plusMonths(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    /**
     * A question with its row written.
     *
     * @param row the row's id
     * @param opening what it was opened with
     * @param mostTokens the most tokens of answer that are reserved
     */
    public record Metered(long row, UsageOpening opening, int mostTokens) {}
}
