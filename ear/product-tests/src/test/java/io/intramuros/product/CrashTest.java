package io.intramuros.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CrashTest {
    private final Product product = Product.running();

    @Test
    void afterWildFlyWasKilledWhileAnsweringEveryQuestionHasExactlyOneSettledRow() throws Exception {
        String request;
        try (Api api = new Api(product)) {
            String token = api.token();
            HttpResponse<InputStream> response = api.stream(
                    token,
                    api.question(token, "Tell a very long story of a walled city.")
                            .add("stream", true)
                            .add("max_tokens", 2000)
                            .build());
            request = response.headers().firstValue("x-request-id").orElseThrow();
            assertEquals(200, response.body().readNBytes(200).length);

            product.processesOf("wildfly").forEach(ProcessHandle::destroyForcibly);
            Waiting.until("WildFly's end", () -> product.processesOf("wildfly"), List::isEmpty);
        }
        // The script that started WildFly outlives it by a moment.
        Waiting.until("the failure's notice", () -> product.statusNow().getString("state"), "failed"::equals);

        product.start();

        List<Map<String, String>> rows = AuditTrail.export(product);
        assertEquals(
                List.of("INTERRUPTED"),
                rows.stream()
                        .filter(row -> row.get("requestId").equals(request))
                        .map(row -> row.get("status"))
                        .toList());
        assertFalse(rows.stream().anyMatch(row -> row.get("status").equals("OPEN")), rows::toString);
    }

    @Test
    void withoutKeycloakTheApiRefusesWithAReasonAndIsNoFaultOfItsOwn() {
        try (Api api = new Api(product)) {
            String token = api.token();
            product.processesOf("keycloak").forEach(ProcessHandle::destroyForcibly);
            Waiting.until("Keycloak's end", () -> product.processesOf("keycloak"), List::isEmpty);
            try {
                HttpResponse<String> refused = api.get("/models", "not-a-token");
                HttpResponse<String> known = api.get("/models", token);

                assertTrue(Set.of(401, 503).contains(refused.statusCode()), refused::body);
                assertTrue(Set.of(200, 401, 503).contains(known.statusCode()), known::body);
                assertFalse(Api.error(refused).getString("message").isBlank());
            } finally {
                product.start();
            }
        }
    }
}
