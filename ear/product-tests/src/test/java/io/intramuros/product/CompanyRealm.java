package io.intramuros.product;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.util.UUID;

/** A company's own realm with one person in it, made ready for Intramuros as the README tells its administrator. */
final class CompanyRealm implements AutoCloseable {
    /** Who may ask questions. */
    static final String PERSON = "ben";

    static final String PASSWORD = "only-for-ben";

    private final String name = "company-" + UUID.randomUUID();
    private final Product keycloaks;
    private final Api api;
    private final KeycloakAdmin admin;

    /** @param keycloaks the product whose Keycloak is the company's */
    CompanyRealm(Product keycloaks) throws IOException {
        this.keycloaks = keycloaks;
        this.api = new Api(keycloaks);
        this.admin = new KeycloakAdmin(keycloaks, api);
        admin.post(
                "",
                Json.createObjectBuilder()
                        .add("realm", name)
                        .add("enabled", true)
                        .build()
                        .toString());
        admin.post(
                "/" + name + "/partialImport",
                Files.readString(keycloaks.repository().resolve("wildfly-config/keycloak/intramuros-clients.json")));
        addPerson();
    }

    private void addPerson() {
        admin.post("/" + name + "/users", """
                {"username": "%s", "enabled": true, "firstName": "Ben", "lastName": "Beech", "email": "ben@company.test",
                 "credentials": [{"type": "password", "value": "%s", "temporary": false}]}
                """.formatted(PERSON, PASSWORD));
        String id = first("/users?exact=true&username=" + PERSON).getString("id");
        admin.post(
                "/" + name + "/users/" + id + "/role-mappings/realm",
                "[" + admin.get("/" + name + "/roles/user") + "]");
    }

    String url() {
        return keycloaks.keycloak() + "/realms/" + name;
    }

    /** The secret that Keycloak has made up for a client. */
    String secretOf(String clientId) {
        return first("/clients?clientId=" + clientId).getString("secret");
    }

    private JsonObject first(String path) {
        try (JsonReader reader = Json.createReader(new StringReader(admin.get("/" + name + path)))) {
            return reader.readArray().getJsonObject(0);
        }
    }

    @Override
    public void close() {
        admin.delete("/" + name);
        api.close();
    }
}
