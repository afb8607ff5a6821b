package io.intramuros.web.portal;

import io.intramuros.usage.UsagePage;
import io.intramuros.usage.UsageService;
import jakarta.ejb.EJB;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;

/** The auditors' page: everybody's rows, by what the address asks for. */
@Named("audit")
@RequestScoped
public class AuditPage {
    private static final List<String> DOORS = List.of("PORTAL", "API");
    private static final List<String> STATUSES =
            List.of("OPEN", "STOP", "LENGTH", "CANCELLED", "FAILED", "REFUSED", "INTERRUPTED");

    @EJB
    private UsageService usage;

    @Inject
    private HttpServletRequest request;

    private UsagePage rows;

    /** What is asked for. */
    public AuditQuery getQuery() {
        return AuditQuery.of(request::getParameter);
    }

    /** The doors to choose from. */
    public List<String> getDoors() {
        return DOORS;
    }

    /** The statuses to choose from. */
    public List<String> getStatuses() {
        return STATUSES;
    }

    /** The rows found. */
    public UsagePage getRows() {
        if (rows == null) {
            rows = usage.search(getQuery().filter(), page(), Paging.PAGE_SIZE);
        }
        return rows;
    }

    /** Where in them one is. */
    public Paging getPaging() {
        return new Paging(page(), Paging.PAGE_SIZE, getRows().totalRows());
    }

    private int page() {
        return Paging.pageFrom(request.getParameter("page"));
    }
}
