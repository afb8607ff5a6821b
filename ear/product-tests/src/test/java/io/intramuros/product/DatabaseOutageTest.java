package io.intramuros.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Without the database there is no record, and without a record there is no answer; all comes back by itself. */
class DatabaseOutageTest {
    private static Company company;
    private static Product product;

    private final Api api = new Api(product);
    private final String token = company.token(api);
    private boolean away;

    @BeforeAll
    static void start() {
        company = Company.running();
        product = company.product();
    }

    @AfterEach
    void bringTheDatabaseBack() {
        if (away) {
            comeBack();
        }
        Waiting.until("readiness", this::readiness, ready -> ready.statusCode() == 200);
        api.close();
    }

    @Test
    void whileItIsAwayQuestionsAreRefusedWithAReasonAndLeaveNoTrace() {
        try (Browser browser = Browser.atADesk(product)) {
            browser.signIn(CompanyRealm.PERSON, CompanyRealm.PASSWORD);
            goAway();

            HttpResponse<String> refused = ask();
            assertEquals(503, refused.statusCode(), refused::body);
            assertEquals("record_unavailable", Api.error(refused).getString("code"));
            assertTrue(refused.headers().firstValue("Retry-After").isPresent());
            assertEquals(503, readiness().statusCode());
            browser.ask("What is a gate?");
            assertTrue(browser.find("#error").getText().contains("usage record"), browser::text);
            assertEquals("What is a gate?", browser.find("#question").getDomProperty("value"), "nothing typed is lost");
            browser.open("usage");
            assertTrue(browser.text().contains("database does not answer"), browser::text);

            comeBack();
            Waiting.until("an answer", () -> ask().statusCode(), status -> status == 200);
            assertEquals(List.of(), statuses(refused));
            browser.open("usage");
            assertTrue(browser.find("#allowance").isDisplayed());
        }
    }

    @Test
    void anAnswerThatEndsWhileItIsAwayIsSettledOnceWhenItIsBack() throws Exception {
        Management management = new Management(product);
        management.addEngine("slow", new Management(Product.running()).model(), "");
        try {
            HttpResponse<InputStream> response = api.longStory(token, "slow");

            goAway();
            response.body().close();
            Waiting.until("the answer's end", () -> management.engine("slow", "running"), "0"::equals);
            comeBack();

            assertEquals(
                    List.of("CANCELLED"),
                    Waiting.until("the row to be settled", () -> statuses(response), rows -> !rows.contains("OPEN")));
        } finally {
            management.removeEngine("slow");
        }
    }

    @Test
    void aServerThatStartsWithoutItIsUpAndGetsItReadyOnceItIsThere() {
        company.postgres().empty(Company.DATABASE);
        goAway();

        new Management(product).reload();

        assertEquals(200, health("live").statusCode());
        assertEquals(503, readiness().statusCode());
        assertTrue(readiness().body().contains("\"database\",\"status\":\"DOWN\""), readiness()::body);
        Waiting.until("the model", () -> api.model(token), model -> !model.isEmpty());
        HttpResponse<String> refused = ask();
        assertEquals(503, refused.statusCode(), refused::body);
        assertEquals("record_unavailable", Api.error(refused).getString("code"));

        comeBack();
        Waiting.until("readiness", this::readiness, ready -> ready.statusCode() == 200);
        HttpResponse<String> answered = ask();
        assertEquals(200, answered.statusCode(), answered::body);
        assertEquals(1, statuses(answered).size());
        assertEquals(List.of(), statuses(refused));
    }

    private void goAway() {
        away = true;
        company.postgres().stop();
    }

    private void comeBack() {
        company.postgres().start();
        away = false;
    }

    private HttpResponse<String> ask() {
        return api.complete(
                token, api.question(token, "Hello").add("max_tokens", 4).build());
    }

    private HttpResponse<String> readiness() {
        return health("ready");
    }

    private HttpResponse<String> health(String kind) {
        String server = product.api().replaceAll("/v1$", "");
        return api.send(HttpRequest.newBuilder(URI.create(server + "/health/" + kind)));
    }

    private static List<String> statuses(HttpResponse<?> response) {
        String request = response.headers().firstValue("x-request-id").orElseThrow();
        return company.query("select status from usage_audit where request_id = '" + request + "'");
    }
}
