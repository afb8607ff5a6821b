package io.intramuros.run;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/**
 * Whether a Keycloak of the company's own is ready for the portal: what is wrong there is named before anything starts,
 * instead of to the first person who wants to sign in.
 *
 * @param addresses where the realm and the portal are
 * @param portalSecret the portal's secret at Keycloak
 */
record OidcCheck(Addresses addresses, String portalSecret) {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String LISTED = " wildfly-config/keycloak/intramuros-clients.json has what the realm needs.";

    /** @throws RunException if people could not sign in, with the cause and the cure */
    void run() {
        Object realm = realm();
        portalIsKnown(address(realm, "introspection_endpoint"));
        portalMayBeReturnedTo(address(realm, "authorization_endpoint"));
    }

    private Object realm() {
        String url = addresses.oidcUrl();
        Http.Answer answer = Http.get(url + "/.well-known/openid-configuration", PATIENCE, null);
        if (answer.status() == 0) {
            throw new RunException("Nobody answers at --oidc-url " + url + " (" + answer.body()
                    + "). Start that Keycloak, or correct the address.");
        }
        if (answer.status() != 200) {
            throw new RunException("There is no realm at --oidc-url " + url + " (status " + answer.status()
                    + "). It has to be the address of a realm, https://HOST/realms/NAME.");
        }
        try {
            return Json.parse(answer.body());
        } catch (IllegalArgumentException e) {
            throw new RunException("What answers at --oidc-url " + url + " is no realm of Keycloak.", e);
        }
    }

    private String address(Object realm, String name) {
        if (Json.find(realm, name) instanceof String address) {
            return address;
        }
        throw new RunException("The realm at --oidc-url " + addresses.oidcUrl() + " names no " + name + ".");
    }

    /** Keycloak answers questions about a token only to clients that it knows; the token itself doesn't matter. */
    private void portalIsKnown(String introspection) {
        Http.Answer answer = Http.postForm(
                introspection,
                PATIENCE,
                Map.of("client_id", Realm.PORTAL_CLIENT, "client_secret", portalSecret, "token", "none"));
        if (answer.status() != 200) {
            throw new RunException("The realm at " + addresses.oidcUrl() + " has no client " + Realm.PORTAL_CLIENT
                    + " with the secret in " + Realm.PORTAL_SECRET + ": add the client, or copy its secret." + LISTED);
        }
    }

    private void portalMayBeReturnedTo(String authorization) {
        String portal = addresses.portal();
        Http.Answer answer = Http.get(
                authorization + "?response_type=code&scope=openid&code_challenge_method=S256&code_challenge="
                        + "x".repeat(43) + "&client_id=" + Realm.PORTAL_CLIENT + "&redirect_uri="
                        + URLEncoder.encode(portal, StandardCharsets.UTF_8),
                PATIENCE,
                null);
        if (answer.status() >= 400) {
            throw new RunException("Keycloak won't send people who signed in back to " + portal + ": add " + portal
                    + "* to the valid redirect URIs of its client " + Realm.PORTAL_CLIENT + ".");
        }
    }
}
