package io.intramuros.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class RealmTest {
    private static final Path FOLDER = Path.of("..", "keycloak");

    private final Realm realm = new Realm(FOLDER);

    @Test
    void theDemonstrationHasTheRolesAndClientsThatEveryRealmNeeds() throws IOException {
        Object whole = Json.parse(realm.json());
        Object needed = Json.parse(Files.readString(FOLDER.resolve("intramuros-clients.json")));

        assertEquals(Json.find(needed, "roles"), Json.find(whole, "roles"));
        assertEquals(
                List.of("intramuros-api", "intramuros-portal", "intramuros-app"),
                Json.list(Json.find(whole, "clients")).stream()
                        .map(client -> Json.find(client, "clientId"))
                        .toList());
        assertTrue(Json.list(Json.find(whole, "users")).containsAll(Json.list(Json.find(needed, "users"))));
    }

    @Test
    void whatACompanyImportsHoldsNeitherSecretsNorPeople() throws IOException {
        String needed = Files.readString(FOLDER.resolve("intramuros-clients.json"));

        assertFalse(needed.contains("\"secret\""), needed);
        assertFalse(needed.contains("credentials"), needed);
        assertFalse(needed.contains("${"), needed);
    }

    @Test
    void everySecretOfTheDemonstrationIsAPlaceholder() {
        for (Object client : Json.list(Json.find(Json.parse(realm.json()), "clients"))) {
            if (Json.find(client, "secret") instanceof String secret) {
                assertTrue(secret.matches("\\$\\{\\w+_SECRET}"), secret);
            }
        }
    }

    @Test
    void numbersStayWholeNumbers() {
        assertTrue(realm.json().contains("\"failureFactor\":10,"), realm.json());
    }
}
