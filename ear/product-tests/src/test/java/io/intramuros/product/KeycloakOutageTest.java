package io.intramuros.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Without Keycloak nobody new gets in, and is told why; it is never called a fault of the server's own. */
class KeycloakOutageTest {
    private final Product product = Product.running();
    private final Api api = new Api(product);
    private String token;

    @BeforeEach
    void killKeycloak() {
        token = api.token();
        assertEquals(200, api.get("/models", token).statusCode());
        product.processesOf("keycloak").forEach(ProcessHandle::destroyForcibly);
        Waiting.until("Keycloak's end", () -> product.processesOf("keycloak"), List::isEmpty);
    }

    @AfterEach
    void startKeycloak() {
        product.start();
        Waiting.until("the API", () -> api.get("/models", api.token()).statusCode(), status -> status == 200);
        api.close();
    }

    @Test
    void theApiRefusesWithAReason() {
        HttpResponse<String> unknown = api.get("/models", "not-a-token");
        HttpResponse<String> known = api.get("/models", token);

        assertTrue(Set.of(401, 503).contains(unknown.statusCode()), unknown::body);
        assertFalse(Api.error(unknown).getString("message").isBlank());
        assertTrue(Set.of(200, 401, 503).contains(known.statusCode()), known::body);
    }

    @Test
    void aServerThatStartsWithoutKeycloakRefusesWithAReasonUntilItIsBack() {
        new Management(product).reload();

        HttpResponse<String> refused = api.get("/models", token);
        assertTrue(Set.of(401, 503).contains(refused.statusCode()), refused::body);
        assertFalse(Api.error(refused).getString("message").isBlank());
        assertTrue(refused.headers().firstValue("x-request-id").isPresent());
        try (Browser browser = Browser.atADesk(product)) {
            browser.open("");
            assertTrue(browser.text().contains("sign-in service"), browser::text);
        }
    }
}
