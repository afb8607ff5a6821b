package io.intramuros.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How the product does, and what people and programs need to use it.
 *
 * @param phase how far it is
 * @param reason why it failed; empty otherwise
 * @param addresses where things answer
 * @param modelId what the API calls the model; empty while unknown
 * @param realm the demonstration realm
 * @param secrets its passwords
 */
record Status(State.Phase phase, String reason, Addresses addresses, String modelId, Realm realm, Secrets secrets) {
    /** Compares what was last written with what is there. */
    static Status of(Home home, Realm realm) {
        State state = State.of(home);
        Addresses addresses = state.addresses();
        Secrets secrets = Secrets.of(home);
        WildFly wildfly = new WildFly(home, addresses);
        boolean wildflyAlive = wildfly.process().isAlive();
        boolean keycloakAlive = !addresses.keycloakIsOurs()
                || new Keycloak(home, addresses).process().isAlive();
        State.Phase phase = state.phase();
        String reason = state.reason();
        if (phase == State.Phase.STARTING && !Lock.isHeld(home)) {
            phase = State.Phase.FAILED;
            reason = "./run ended while it was starting.";
        } else if (phase == State.Phase.READY && !(wildflyAlive && keycloakAlive)) {
            phase = State.Phase.FAILED;
            reason = (wildflyAlive ? "Keycloak" : "WildFly")
                    + " has ended without being stopped. ./run starts it again.";
        } else if (phase == State.Phase.READY && !wildfly.isReady()) {
            phase = State.Phase.STARTING;
        }
        return new Status(phase, reason, addresses, state.modelId(), realm, secrets);
    }

    /** The contract for programs. */
    String json() {
        Map<String, Object> management = new LinkedHashMap<>();
        management.put("user", WildFly.ADMIN);
        management.put("password", secrets.peek(WildFly.ADMIN_PASSWORD));
        management.put("port", addresses.managementPort());
        List<Object> users = new ArrayList<>();
        for (Realm.User user : demonstrationUsers()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", user.name());
            one.put("password", secrets.peek(user.passwordName()));
            one.put("roles", user.roles());
            users.add(one);
        }
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("state", phase.name().toLowerCase(Locale.ROOT));
        status.put("portal", addresses.portal());
        status.put("api", addresses.api());
        status.put("console", addresses.console());
        status.put("tokenUrl", addresses.tokenUrl());
        status.put("clientId", Realm.APP_CLIENT);
        status.put("clientSecret", addresses.keycloakIsOurs() ? secrets.peek(Realm.APP_SECRET) : null);
        status.put("users", users);
        status.put("management", management);
        return Json.write(status);
    }

    /** The same for people. */
    String text() {
        StringBuilder text = new StringBuilder();
        text.append(phase == State.Phase.FAILED ? "Intramuros has " : "Intramuros is ")
                .append(phase.name().toLowerCase(Locale.ROOT))
                .append(".\n");
        if (!reason.isEmpty()) {
            text.append(reason).append('\n');
        }
        if (phase == State.Phase.READY || phase == State.Phase.STARTING) {
            text.append('\n').append(howToUse());
        }
        return text.toString();
    }

    private List<Realm.User> demonstrationUsers() {
        return addresses.keycloakIsOurs() ? realm.users() : List.of();
    }

    private String howToUse() {
        StringBuilder text = new StringBuilder();
        text.append("  Portal     ").append(addresses.portal()).append('\n');
        for (Realm.User user : demonstrationUsers()) {
            text.append(String.format(
                    "             %-6s %s  (%s)%n",
                    user.name(), secrets.peek(user.passwordName()), String.join(", ", user.roles())));
        }
        if (!addresses.keycloakIsOurs()) {
            text.append("             people sign in at ")
                    .append(addresses.oidcUrl())
                    .append('\n');
        }
        text.append("  API        ").append(addresses.api()).append("  (OpenAI's contract)\n");
        text.append("  Console    ").append(addresses.console()).append('\n');
        text.append("             ")
                .append(WildFly.ADMIN)
                .append("  ")
                .append(secrets.peek(WildFly.ADMIN_PASSWORD))
                .append('\n');
        if (addresses.keycloakIsOurs()) {
            text.append("  Keycloak   ").append(addresses.keycloak()).append("/admin/\n");
            text.append("             ")
                    .append(Keycloak.ADMIN)
                    .append("  ")
                    .append(secrets.peek(Keycloak.ADMIN_PASSWORD))
                    .append('\n');
            text.append("\nTry the API:\n\n").append(curl());
        }
        return text.toString();
    }

    private String curl() {
        return """
                TOKEN=$(curl -s %s \\
                  -d grant_type=client_credentials -d client_id=%s -d client_secret=%s \\
                  | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
                curl %s/chat/completions -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
                  -d '{"model":"%s","messages":[{"role":"user","content":"What is a city wall for?"}]}'
                """.formatted(
                addresses.tokenUrl(), Realm.APP_CLIENT, secrets.peek(Realm.APP_SECRET), addresses.api(), modelId);
    }
}
