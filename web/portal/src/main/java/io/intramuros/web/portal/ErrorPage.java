package io.intramuros.web.portal;

import io.intramuros.web.RequestIds;
import io.intramuros.web.SignInFaults;
import jakarta.enterprise.context.RequestScoped;
import jakarta.faces.context.FacesContext;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;

/** What the error page says: which kind of error, and what the reader can do. */
@Named("fault")
@RequestScoped
public class ErrorPage {
    private static final int UNAVAILABLE = 503;
    private static final String SIGN_IN = "sign-in";
    private static final String DATABASE = "database";
    private static final String INTERNAL = "internal";

    @Inject
    private HttpServletRequest request;

    /** Which text fits; see {@code page.error.*}. */
    public String getKind() {
        if (request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) instanceof Throwable thrown) {
            if (SignInFaults.isBehind(thrown)) {
                return SIGN_IN;
            }
            return Refusals.of(thrown).status() == UNAVAILABLE ? DATABASE : INTERNAL;
        }
        return switch (status()) {
            // The container's answer when the sign-in service is away or its reply makes no sense: nobody is signed in.
            case 403 -> request.getUserPrincipal() == null ? SIGN_IN : "forbidden";
            case 404 -> "missing";
            default -> INTERNAL;
        };
    }

    /** Answers with the status that fits: what is away for now is no fault of the reader's and none of ours. */
    public void answer() {
        String kind = getKind();
        if (kind.equals(SIGN_IN) || kind.equals(DATABASE)) {
            FacesContext.getCurrentInstance().getExternalContext().setResponseStatus(UNAVAILABLE);
        }
    }

    /** The identifier under which the log has it. */
    public String getRequestId() {
        return RequestIds.of(request);
    }

    private int status() {
        return request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer status ? status : 404;
    }
}
