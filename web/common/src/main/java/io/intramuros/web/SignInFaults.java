package io.intramuros.web;

import java.util.Arrays;

/** Tells faults of the sign-in service from faults of ours. */
public final class SignInFaults {
    private static final String CONTAINERS_OIDC_CLIENT = "org.wildfly.security.http.oidc.";

    private SignInFaults() {}

    /**
     * Whether the container's own OIDC client threw this. It does when it cannot reach the sign-in service, with an
     * exception of no class of its own; the client is done before any code of ours runs, so where it was thrown tells.
     */
    public static boolean isBehind(Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (Arrays.stream(t.getStackTrace())
                    .anyMatch(frame -> frame.getClassName().startsWith(CONTAINERS_OIDC_CLIENT))) {
                return true;
            }
        }
        return false;
    }
}
