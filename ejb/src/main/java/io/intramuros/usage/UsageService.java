package io.intramuros.usage;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import java.util.function.Consumer;

/** What people may see of their own usage, and auditors of everybody's. */
@Stateless
@RolesAllowed({"user", "app", "auditor"})
public class UsageService {
    /** The caller's allowance of this month. */
    public Allowance allowance() {
        throw new UnsupportedOperationException();
    }

    /** The caller's own rows; {@code filter.user()} is ignored. */
    public UsagePage mine(UsageFilter filter, int page, int pageSize) {
        throw new UnsupportedOperationException();
    }

    /** Everybody's rows. */
    @RolesAllowed("auditor")
    public UsagePage search(UsageFilter filter, int page, int pageSize) {
        throw new UnsupportedOperationException();
    }

    /** Hands every matching row to {@code each}, the oldest first, without holding them all in memory. */
    @RolesAllowed("auditor")
    public void export(UsageFilter filter, Consumer<UsageRecord> each) {
        throw new UnsupportedOperationException();
    }
}
