package io.intramuros.web.portal;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;

/** Who reads the page. */
@Named("visitor")
@RequestScoped
public class Visitor {
    @Inject
    private HttpServletRequest request;

    /** Whether somebody is signed in at all; error pages are shown to anybody. */
    public boolean isSignedIn() {
        return request.getUserPrincipal() != null;
    }

    /** The name people sign in with. */
    public String getName() {
        Principal principal = request.getUserPrincipal();
        return principal == null ? "" : principal.getName();
    }

    /** Whether this person may ask questions. */
    public boolean isUser() {
        return request.isUserInRole("user");
    }

    /** Whether this person may see everybody's usage. */
    public boolean isAuditor() {
        return request.isUserInRole("auditor");
    }

    /** The token without which no call of this page changes anything. */
    public String getCsrfToken() {
        return isSignedIn() ? CsrfGuard.token(request.getSession()) : "";
    }
}
