package io.intramuros.usage;

import io.intramuros.persistence.usage.UsageAudit;
import io.intramuros.persistence.usage.UsageCriteria;
import io.intramuros.persistence.usage.UsageEntry;
import io.intramuros.persistence.usage.UsageOpening;
import io.intramuros.persistence.usage.UsageStatus;
import io.intramuros.persistence.usage.UsageSums;
import io.intramuros.server.DatabaseGuard;
import jakarta.annotation.Resource;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.SessionContext;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptors;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.util.List;
import java.util.function.Consumer;

/** What people may see of their own usage, and auditors of everybody's. */
@Stateless
@Interceptors(DatabaseGuard.class)
@RolesAllowed({"user", "app", "auditor"})
public class UsageService {
    /** The most rows on a page. */
    public static final int MOST_PAGE_SIZE = 500;

    private static final int EXPORT_PIECE = 500;

    @PersistenceContext(unitName = "intramuros")
    private EntityManager em;

    @Resource
    private SessionContext session;

    @Inject
    private UsageMeter meter;

    /** The caller's allowance of this month. */
    public Allowance allowance() {
        return meter.allowance(caller());
    }

    /**
     * The caller's own rows; {@code filter.user()} is ignored.
     *
     * @param page from 0
     * @param pageSize 1 to {@value #MOST_PAGE_SIZE}
     */
    public UsagePage mine(UsageFilter filter, int page, int pageSize) {
        return page(filter, caller(), page, pageSize);
    }

    /**
     * Everybody's rows.
     *
     * @param page from 0
     * @param pageSize 1 to {@value #MOST_PAGE_SIZE}
     */
    @RolesAllowed("auditor")
    public UsagePage search(UsageFilter filter, int page, int pageSize) {
        return page(filter, filter.user(), page, pageSize);
    }

    /**
     * Hands every matching row to {@code each}, the oldest first, without holding them all in memory. Reads in pieces
     * and holds no transaction meanwhile, so that a slow reader blocks nobody.
     */
    @RolesAllowed("auditor")
    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public void export(UsageFilter filter, Consumer<UsageRecord> each) {
        if (isUnknownStatus(filter.status())) {
            return;
        }
        UsageAudit audit = new UsageAudit(em);
        UsageCriteria criteria = criteria(filter, filter.user());
        List<UsageEntry> piece = audit.following(criteria, 0, EXPORT_PIECE);
        while (!piece.isEmpty()) {
            piece.stream().map(UsageService::record).forEach(each);
            em.clear();
            piece = audit.following(criteria, piece.getLast().id(), EXPORT_PIECE);
        }
    }

    private UsagePage page(UsageFilter filter, String user, int page, int pageSize) {
        if (page < 0 || pageSize < 1 || pageSize > MOST_PAGE_SIZE || page > Integer.MAX_VALUE / MOST_PAGE_SIZE) {
            throw new InvalidPageException(page, pageSize);
        }
        if (isUnknownStatus(filter.status())) {
            return new UsagePage(List.of(), 0, 0, 0);
        }
        UsageAudit audit = new UsageAudit(em);
        UsageCriteria criteria = criteria(filter, user);
        UsageSums sums = audit.sums(criteria);
        return new UsagePage(
                audit.page(criteria, page, pageSize).stream()
                        .map(UsageService::record)
                        .toList(),
                sums.rows(),
                sums.promptTokens(),
                sums.completionTokens());
    }

    private String caller() {
        return session.getCallerPrincipal().getName();
    }

    /** No row has a status that does not exist. */
    private static boolean isUnknownStatus(String status) {
        return status != null
                && List.of(UsageStatus.values()).stream()
                        .noneMatch(known -> known.name().equals(status));
    }

    private static UsageCriteria criteria(UsageFilter filter, String user) {
        return new UsageCriteria(
                filter.from(),
                filter.until(),
                user,
                filter.door(),
                filter.model(),
                filter.status() == null ? null : UsageStatus.valueOf(filter.status()));
    }

    private static UsageRecord record(UsageEntry row) {
        UsageOpening asked = row.opening();
        return new UsageRecord(
                asked.requestId(),
                asked.userName(),
                asked.door(),
                asked.clientId(),
                asked.model(),
                asked.digest(),
                asked.precision(),
                asked.openedAt(),
                row.settledAt().orElse(null),
                row.status().name(),
                asked.promptTokens(),
                row.completionTokens(),
                row.timeToFirstTokenMillis().orElse(null),
                row.durationMillis().orElse(null),
                row.failure().orElse(null));
    }
}
