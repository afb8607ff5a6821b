package io.intramuros.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CrashTest {
    private final Product product = Product.running();

    @Test
    void afterWildFlyWasKilledWhileAnsweringEveryQuestionHasExactlyOneSettledRow() throws Exception {
        String request;
        try (Api api = new Api(product)) {
            String token = api.token();
            HttpResponse<InputStream> response = api.longStory(token);
            request = response.headers().firstValue("x-request-id").orElseThrow();

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
}
