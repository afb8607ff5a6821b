package io.intramuros.persistence.usage;

import jakarta.persistence.EntityManager;
import jakarta.persistence.criteria.CriteriaBuilder;
import jakarta.persistence.criteria.CriteriaQuery;
import jakarta.persistence.criteria.Predicate;
import jakarta.persistence.criteria.Root;
import java.util.List;
import java.util.Optional;

/** The queries on the usage audit. Writing needs a transaction. */
public final class UsageAudit {
    private final EntityManager em;

    public UsageAudit(EntityManager em) {
        this.em = em;
    }

    /**
     * Writes the row of a question about to be answered.
     *
     * @return its id
     * @throws jakarta.persistence.PersistenceException at once if a row of this request exists or the database fails
     */
    public long open(UsageOpening opening) {
        UsageEntry entry = new UsageEntry(opening);
        em.persist(entry);
        em.flush();
        return entry.id();
    }

    /** Whether a row of that request exists. */
    public boolean knows(String requestId) {
        return em.createQuery("select count(e) from UsageEntry e where e.opening.requestId = :request", Long.class)
                        .setParameter("request", requestId)
                        .getSingleResult()
                > 0;
    }

    /** The open row of that request, if there is one. */
    public Optional<UsageEntry> openRow(String requestId) {
        return em.createQuery(
                        "select e from UsageEntry e where e.opening.requestId = :request and e.status = :open",
                        UsageEntry.class)
                .setParameter("request", requestId)
                .setParameter("open", UsageStatus.OPEN)
                .getResultStream()
                .findFirst();
    }

    /**
     * Settles an open row.
     *
     * @return false if it was settled before; nothing is changed then
     */
    public boolean settle(long id, UsageOutcome outcome) {
        return em.createQuery("""
                        update UsageEntry e
                        set e.status = :status, e.settledAt = :settledAt, e.opening.promptTokens = :promptTokens,
                            e.completionTokens = :completionTokens, e.timeToFirstTokenMillis = :timeToFirstToken,
                            e.durationMillis = :duration, e.failure = :failure
                        where e.id = :id and e.status = :open""")
                        .setParameter("status", outcome.status())
                        .setParameter("settledAt", outcome.settledAt())
                        .setParameter("promptTokens", outcome.promptTokens())
                        .setParameter("completionTokens", outcome.completionTokens())
                        .setParameter("timeToFirstToken", outcome.timeToFirstTokenMillis())
                        .setParameter("duration", outcome.durationMillis())
                        .setParameter("failure", outcome.failure())
                        .setParameter("id", id)
                        .setParameter("open", UsageStatus.OPEN)
                        .executeUpdate()
                == 1;
    }

    /** Open rows of servers that no longer run, the oldest first. */
    public List<UsageEntry> abandoned(int most) {
        return em.createQuery("""
                        select e from UsageEntry e
                        where e.status = :open and e.opening.instanceId not in (select i.id from ServerInstance i)
                        order by e.id""", UsageEntry.class)
                .setParameter("open", UsageStatus.OPEN)
                .setMaxResults(most)
                .getResultList();
    }

    /** A page of the rows that match, the latest first. */
    public List<UsageEntry> page(UsageCriteria criteria, int page, int pageSize) {
        CriteriaBuilder is = em.getCriteriaBuilder();
        CriteriaQuery<UsageEntry> query = is.createQuery(UsageEntry.class);
        Root<UsageEntry> entry = query.from(UsageEntry.class);
        query.where(criteria.on(entry, is).toArray(Predicate[]::new));
        query.orderBy(is.desc(entry.get("opening").get("openedAt")), is.desc(entry.get("id")));
        return em.createQuery(query)
                .setFirstResult(Math.multiplyExact(page, pageSize))
                .setMaxResults(pageSize)
                .getResultList();
    }

    /**
     * The next rows that match, in the order they were written, so that any number of them can be read in pieces.
     *
     * @param afterId the last row of the piece before; 0 for the first
     */
    public List<UsageEntry> following(UsageCriteria criteria, long afterId, int most) {
        CriteriaBuilder is = em.getCriteriaBuilder();
        CriteriaQuery<UsageEntry> query = is.createQuery(UsageEntry.class);
        Root<UsageEntry> entry = query.from(UsageEntry.class);
        List<Predicate> conditions = criteria.on(entry, is);
        conditions.add(is.greaterThan(entry.get("id"), afterId));
        query.where(conditions.toArray(Predicate[]::new));
        query.orderBy(is.asc(entry.get("id")));
        return em.createQuery(query).setMaxResults(most).getResultList();
    }

    /** The sums over all rows that match. */
    public UsageSums sums(UsageCriteria criteria) {
        CriteriaBuilder is = em.getCriteriaBuilder();
        CriteriaQuery<UsageSums> query = is.createQuery(UsageSums.class);
        Root<UsageEntry> entry = query.from(UsageEntry.class);
        query.where(criteria.on(entry, is).toArray(Predicate[]::new));
        query.select(is.construct(
                UsageSums.class,
                is.count(entry),
                is.coalesce(is.sumAsLong(entry.get("opening").get("promptTokens")), 0L),
                is.coalesce(is.sumAsLong(entry.get("completionTokens")), 0L)));
        return em.createQuery(query).getSingleResult();
    }
}
