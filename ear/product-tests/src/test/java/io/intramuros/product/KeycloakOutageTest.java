package io.intramuros.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Without Keycloak nobody new gets in, and is told why; it is never called a fault of the server's own. */
class KeycloakOutageTest {
    private final Product product = Product.running();
    private final Api api = new Api(product);
    private final String token = api.token();
    private ServerStart killed;

    @AfterEach
    void bringKeycloakBack() {
        if (killed != null) {
            startKeycloak();
        }
        api.close();
    }

    @Test
    void aServerThatRunsOrStartsWithoutKeycloakRefusesWithAReasonUntilItIsBack() {
        assertEquals(200, api.get("/models", token).statusCode());
        killKeycloak();

        assertRefused(api.get("/models", "not-a-token"));
        HttpResponse<String> known = api.get("/models", token);
        if (known.statusCode() != 200) {
            assertRefused(known);
        }

        new Management(product).reload();

        assertRefused(api.get("/models", token));
        try (Browser browser = Browser.atADesk(product)) {
            browser.open("");
            assertTrue(browser.text().contains("sign-in service"), browser::text);

            startKeycloak();

            Waiting.until("the API", () -> api.get("/models", token).statusCode(), status -> status == 200);
            browser.signIn("alice");
        }
    }

    private static void assertRefused(HttpResponse<String> response) {
        assertTrue(Set.of(401, 503).contains(response.statusCode()), response::body);
        assertFalse(Api.error(response).getString("message").isBlank());
        assertTrue(response.headers().firstValue("x-request-id").isPresent());
    }

    private void killKeycloak() {
        List<ProcessHandle> processes = product.processesOf("keycloak");
        killed = ServerStart.of(processes.getFirst());
        processes.forEach(ProcessHandle::destroyForcibly);
        Waiting.until("Keycloak's end", () -> product.processesOf("keycloak"), List::isEmpty);
    }

    private void startKeycloak() {
        killed.again();
        killed = null;
        Waiting.until("Keycloak", this::keycloakAnswers, answers -> answers);
    }

    private boolean keycloakAnswers() {
        try {
            return api.send(HttpRequest.newBuilder(URI.create(product.keycloak() + "/realms/intramuros")))
                            .statusCode()
                    == 200;
        } catch (UncheckedIOException e) {
            return false;
        }
    }
}
