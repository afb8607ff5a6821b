package io.intramuros.web;

import jakarta.servlet.http.HttpServletRequest;
import org.wildfly.security.http.oidc.AccessToken;
import org.wildfly.security.http.oidc.OidcPrincipal;

/** What the caller's verified token says beyond name and roles. */
public final class Caller {
    private static final String UNKNOWN = "unknown";

    private Caller() {}

    /** The OIDC client the caller came through: the token's authorised party. */
    public static String clientId(HttpServletRequest request) {
        if (request.getUserPrincipal() instanceof OidcPrincipal<?> principal) {
            AccessToken token = principal.getOidcSecurityContext().getToken();
            String party = token == null ? null : token.getClaimValueAsString("azp");
            return party == null || party.isBlank() ? UNKNOWN : party;
        }
        return UNKNOWN;
    }
}
