package io.intramuros.run;

/**
 * Where everything answers: on this machine only.
 *
 * @param portOffset added to every port
 * @param ownOidcUrl the realm at a Keycloak of one's own; empty if Keycloak is ours
 */
record Addresses(int portOffset, String ownOidcUrl) {
    static final String HOST = "127.0.0.1";
    private static final int HTTP_PORT = 8080;
    private static final int MANAGEMENT_PORT = 9990;
    private static final int KEYCLOAK_PORT = 8180;

    boolean keycloakIsOurs() {
        return ownOidcUrl.isEmpty();
    }

    int httpPort() {
        return HTTP_PORT + portOffset;
    }

    int managementPort() {
        return MANAGEMENT_PORT + portOffset;
    }

    int keycloakPort() {
        return KEYCLOAK_PORT + portOffset;
    }

    /** What users' addresses begin with. */
    String base() {
        return at(httpPort());
    }

    String portal() {
        return base() + "/portal/";
    }

    /** The base URL for SDKs. */
    String api() {
        return base() + "/v1";
    }

    String console() {
        return management() + "/console";
    }

    String management() {
        return at(managementPort());
    }

    String keycloak() {
        return at(keycloakPort());
    }

    /** The realm. */
    String oidcUrl() {
        return keycloakIsOurs() ? keycloak() + "/realms/intramuros" : ownOidcUrl;
    }

    String tokenUrl() {
        return oidcUrl() + "/protocol/openid-connect/token";
    }

    private static String at(int port) {
        return "http://" + HOST + ":" + port;
    }
}
