package io.intramuros.persistence.usage;

import jakarta.persistence.EntityManager;
import java.util.Optional;
import org.hibernate.exception.ConstraintViolationException;

/** The queries on allowances. Each change is one conditional update, so that any number may run at once. */
public final class Allowances {
    private final EntityManager em;

    public Allowances(EntityManager em) {
        this.em = em;
    }

    /** The account as it stands; empty before the month's first question. */
    public Optional<AllowanceAccount> find(AllowanceAccount.Key key) {
        return Optional.ofNullable(em.find(AllowanceAccount.class, key));
    }

    /**
     * Opens an account, unless there is one. If another request opens it at the same moment, H2 lets one of them fail:
     * {@link #isCollision} tells, and the account exists then.
     */
    public void ensure(AllowanceAccount.Key key) {
        em.createQuery("""
                        insert into AllowanceAccount (userName, monthStart, usedTokens, reservedTokens)
                        values (:user, :month, 0L, 0L) on conflict do nothing""")
                .setParameter("user", key.userName())
                .setParameter("month", key.monthStart())
                .executeUpdate();
    }

    /** Whether a transaction failed because another one wrote the same row at the same moment. */
    public static boolean isCollision(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof ConstraintViolationException) {
                return true;
            }
        }
        return false;
    }

    /**
     * Holds tokens if the limit allows.
     *
     * @return false if it does not, or if there is no account
     */
    public boolean reserve(AllowanceAccount.Key key, long tokens, long limit) {
        return em.createQuery("""
                        update AllowanceAccount a set a.reservedTokens = a.reservedTokens + :tokens
                        where a.userName = :user and a.monthStart = :month
                            and a.usedTokens + a.reservedTokens + :tokens <= :limit""")
                        .setParameter("tokens", tokens)
                        .setParameter("limit", limit)
                        .setParameter("user", key.userName())
                        .setParameter("month", key.monthStart())
                        .executeUpdate()
                == 1;
    }

    /** Turns what was held into what was used. */
    public void settle(AllowanceAccount.Key key, long reservedTokens, long usedTokens) {
        em.createQuery("""
                        update AllowanceAccount a
                        set a.reservedTokens = a.reservedTokens - :reserved, a.usedTokens = a.usedTokens + :used
                        where a.userName = :user and a.monthStart = :month""")
                .setParameter("reserved", reservedTokens)
                .setParameter("used", usedTokens)
                .setParameter("user", key.userName())
                .setParameter("month", key.monthStart())
                .executeUpdate();
    }
}
