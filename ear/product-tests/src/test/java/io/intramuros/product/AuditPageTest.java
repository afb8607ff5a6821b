package io.intramuros.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AuditPageTest {
    private final Product product = Product.running();

    @Test
    void eachQuestionHasOneRowThatAnAuditorFindsAndExportsAndThatHoldsNoText() {
        try (Api api = new Api(product);
                Browser browser = Browser.atADesk(product)) {
            String token = api.tokenOf("bob");
            HttpResponse<String> answer = api.complete(
                    token,
                    api.question(token, "What is a barbican?")
                            .add("max_tokens", 8)
                            .build());
            String request = answer.headers().firstValue("x-request-id").orElseThrow();

            browser.signIn("audra").open("audit?user=bob");
            assertTrue(browser.find("#rows tr[data-request='" + request + "']").isDisplayed());

            Map<String, String> row = AuditTrail.rows(browser).stream()
                    .filter(one -> one.get("requestId").equals(request))
                    .reduce((one, other) -> {
                        throw new AssertionError("Two rows for " + request);
                    })
                    .orElseThrow();
            assertEquals("bob", row.get("user"));
            assertEquals("API", row.get("door"));
            assertEquals(product.clientId(), row.get("clientId"));
            assertTrue(row.get("precision").contains("Q4_1"), row::toString);
            assertTrue(row.get("digest").length() >= 64, row::toString);
            assertTrue(Integer.parseInt(row.get("completionTokens")) > 0, row::toString);
            assertFalse(row.get("settledAt").isEmpty(), row::toString);
            assertFalse(row.toString().contains("barbican"), row::toString);
        }
    }

    @Test
    void oneSeesOnesOwnUsageAndWhatIsLeftOfTheMonth() {
        try (Browser browser = Browser.atADesk(product)) {
            browser.signIn("alice").askBriefly("Say hello.");
            String request = String.valueOf(
                    browser.script("return document.querySelector('.answer:last-child').dataset.request"));

            browser.open("usage");

            assertTrue(browser.find("#rows tr[data-request='" + request + "']").isDisplayed());
            assertTrue(
                    Long.parseLong(browser.find("#allowance").getDomAttribute("data-used")) > 0,
                    "the question was counted");
        }
    }
}
