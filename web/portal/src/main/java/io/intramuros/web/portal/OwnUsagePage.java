package io.intramuros.web.portal;

import io.intramuros.usage.Allowance;
import io.intramuros.usage.UsageFilter;
import io.intramuros.usage.UsagePage;
import io.intramuros.usage.UsageService;
import jakarta.ejb.EJB;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletRequest;

/** The page of one's own usage: what is left of the month, and every question's row. */
@Named("ownUsage")
@RequestScoped
public class OwnUsagePage {
    @EJB
    private UsageService usage;

    @Inject
    private HttpServletRequest request;

    private Allowance allowance;
    private UsagePage rows;

    /** The reader's allowance of this month. */
    public Allowance getAllowance() {
        if (allowance == null) {
            allowance = usage.allowance();
        }
        return allowance;
    }

    /** Tokens that can still be spent this month. */
    public long getTokensLeft() {
        Allowance month = getAllowance();
        return Math.max(0, month.limitTokens() - month.usedTokens() - month.reservedTokens());
    }

    /** The reader's rows. */
    public UsagePage getRows() {
        if (rows == null) {
            rows = usage.mine(UsageFilter.ANY, page(), Paging.PAGE_SIZE);
        }
        return rows;
    }

    /** Where in the rows one is. */
    public Paging getPaging() {
        return new Paging(page(), Paging.PAGE_SIZE, getRows().totalRows());
    }

    private int page() {
        return Paging.pageFrom(request.getParameter("page"));
    }
}
