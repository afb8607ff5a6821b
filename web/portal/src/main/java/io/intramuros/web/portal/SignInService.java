package io.intramuros.web.portal;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.Optional;
import org.wildfly.security.http.oidc.OidcPrincipal;
import org.wildfly.security.http.oidc.RefreshableOidcSecurityContext;

/**
 * The sign-in service behind a session.
 *
 * @param logoutUri where it ends its own session
 * @param idToken tells it which session that is
 */
record SignInService(URI logoutUri, String idToken) {
    /** The one that signed this request's caller in; empty if nobody is, or it cannot sign out. */
    static Optional<SignInService> of(HttpServletRequest request) {
        if (request.getUserPrincipal() instanceof OidcPrincipal<?> principal
                && principal.getOidcSecurityContext() instanceof RefreshableOidcSecurityContext context
                && context.getOidcClientConfiguration() != null
                && context.getOidcClientConfiguration().getLogoutUrl() != null) {
            String logout = context.getOidcClientConfiguration().getLogoutUrl();
            return Optional.of(new SignInService(URI.create(logout), context.getIDTokenString()));
        }
        return Optional.empty();
    }
}
