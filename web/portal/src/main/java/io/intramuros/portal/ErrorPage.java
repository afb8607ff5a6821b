package io.intramuros.portal;

import io.intramuros.web.RequestIds;
import io.intramuros.web.SignInFaults;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;

/** What the error page says: which kind of error, and what the reader can do. */
@Named("fault")
@RequestScoped
public class ErrorPage {
    @Inject
    private HttpServletRequest request;

    /** Which text fits; see {@code page.error.*}. */
    public String getKind() {
        if (request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) instanceof Throwable thrown) {
            return SignInFaults.isBehind(thrown)
                    ? "sign-in"
                    : Refusals.of(thrown).status() == 503 ? "database" : "internal";
        }
        return switch (status()) {
            case 403 -> "forbidden";
            case 404 -> "missing";
            default -> "internal";
        };
    }

    /** The identifier under which the log has it. */
    public String getRequestId() {
        return RequestIds.of(request);
    }

    private int status() {
        return request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer status ? status : 404;
    }
}
