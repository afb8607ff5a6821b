package io.intramuros.web;

/** Tells faults of the sign-in service from faults of ours. */
public final class SignInFaults {
    private static final String CONTAINERS_OIDC_CLIENT = "org.wildfly.security.http.";

    private SignInFaults() {}

    /** Whether the container could not reach the sign-in service, which it reports as a fault of the application. */
    public static boolean isBehind(Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (t.getClass().getName().startsWith(CONTAINERS_OIDC_CLIENT)) {
                return true;
            }
        }
        return false;
    }
}
