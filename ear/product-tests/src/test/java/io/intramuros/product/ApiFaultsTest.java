package io.intramuros.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiFaultsTest {
    private static final int FIFTY_MEGABYTES = 50_000_000;

    private final Product product = Product.running();
    private final Api api = new Api(product);

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void withoutATokenThereIsNoAnswer() {
        HttpResponse<String> response = api.get("/models", null);

        assertEquals(401, response.statusCode());
        assertEquals("invalid_api_key", Api.error(response).getString("code"));
    }

    @Test
    void aForgedTokenIsRefused() {
        String[] parts = api.token().split("\\.", -1);
        JsonObject claims = Product.read(decode(parts[1]));
        String forged = Json.createObjectBuilder(claims)
                .add("preferred_username", "audra")
                .build()
                .toString();

        assertEquals(
                401,
                api.get("/models", parts[0] + "." + encode(forged) + "." + parts[2])
                        .statusCode());
    }

    @Test
    void aTokenThatSignsItselfWithNothingIsRefused() {
        String[] parts = api.token().split("\\.", -1);

        assertEquals(
                401,
                api.get("/models", encode("{\"alg\":\"none\"}") + "." + parts[1] + ".")
                        .statusCode());
    }

    @Test
    void aTokenOfAnotherAudienceIsRefused() {
        // Keycloak's own command line is a client of the realm too, but its tokens are not meant for this API.
        HttpResponse<String> response = api.postForm(
                product.tokenUrl(),
                Map.of(
                        "grant_type", "password",
                        "client_id", "admin-cli",
                        "username", "alice",
                        "password", product.passwordOf("alice")));
        String foreign = Product.read(response.body()).getString("access_token");

        assertEquals(401, api.get("/models", foreign).statusCode());
    }

    @Test
    void anExpiredTokenIsRefusedThoughItWasGoodBefore() throws Exception {
        String secret = new KeycloakAdmin(product, api).addProgram("short-lived", 3);
        HttpResponse<String> granted = api.postForm(
                product.tokenUrl(),
                Map.of("grant_type", "client_credentials", "client_id", "short-lived", "client_secret", secret));
        String token = Product.read(granted.body()).getString("access_token");
        assertEquals(403, api.get("/models", token).statusCode(), "genuine, but of no role");

        int status = Waiting.until(
                "the token to expire", () -> api.get("/models", token).statusCode(), code -> code != 403);

        assertEquals(401, status);
    }

    @Test
    void aBodyThatIsNoJsonIsRefusedWithAReason() {
        HttpResponse<String> response = api.complete(api.token(), HttpRequest.BodyPublishers.ofString("{\"model\":"));

        assertEquals(400, response.statusCode());
        assertTrue(Api.error(response).getString("message").contains("JSON"), response::body);
    }

    @Test
    void aBodyThatIsNoUtf8IsRefusedWithAReason() {
        byte[] latin1 = "{\"model\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1);
        HttpResponse<String> response = api.complete(api.token(), HttpRequest.BodyPublishers.ofByteArray(latin1));

        assertEquals(400, response.statusCode());
        assertTrue(Api.error(response).getString("message").contains("UTF-8"), response::body);
    }

    @Test
    void aBodyOfFiftyMegabytesIsRefusedAndTheServerGoesOn() {
        String token = api.token();
        int status;
        try {
            status = api.complete(token, HttpRequest.BodyPublishers.ofByteArray(new byte[FIFTY_MEGABYTES]))
                    .statusCode();
        } catch (UncheckedIOException e) {
            // The server may close the connection while most of it is still on its way.
            status = 413;
        }

        assertEquals(413, status);
        assertEquals(200, api.get("/models", token).statusCode());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"temperature\":-1}",
                "{\"temperature\":1e300}",
                "{\"top_p\":7}",
                "{\"max_tokens\":-5}",
                "{\"max_tokens\":\"many\"}",
                "{\"top_k\":-1}",
                "{\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}",
                "{\"messages\":[]}",
                "{\"messages\":[{\"role\":\"king\",\"content\":\"x\"}]}",
                "{\"messages\":\"hello\"}",
                "{\"stream\":\"perhaps\"}"
            })
    void anAbsurdParameterIsNamedAsTheFault(String absurd) {
        String token = api.token();
        JsonObject parameters = Product.read(absurd);
        JsonObject body = Json.createObjectBuilder(api.question(token, "Hello").build())
                .addAll(Json.createObjectBuilder(parameters))
                .build();

        HttpResponse<String> response = api.complete(token, body);

        assertEquals(400, response.statusCode(), response::body);
        String parameter = parameters.keySet().iterator().next();
        assertTrue(Api.error(response).getString("param").startsWith(parameter), response::body);
    }

    @Test
    void unknownParametersAreIgnored() {
        String token = api.token();
        HttpResponse<String> response = api.complete(
                token,
                api.question(token, "Hello")
                        .add("max_tokens", 2)
                        .add("colour_of_the_wall", "ochre")
                        .build());

        assertEquals(200, response.statusCode(), response::body);
    }

    @Test
    void aPromptLongerThanTheContextIsRefusedAsOpenAiDoes() {
        String token = api.token();
        HttpResponse<String> response =
                api.complete(token, api.question(token, "wall ".repeat(100_000)).build());

        assertEquals(400, response.statusCode(), response::body);
        assertEquals("context_length_exceeded", Api.error(response).getString("code"));
    }

    @Test
    void anUnknownModelIsNotFound() {
        String token = api.token();
        HttpResponse<String> response = api.complete(
                token,
                api.question(token, "Hello").add("model", "no-such-model").build());

        assertEquals(404, response.statusCode());
        assertEquals("model_not_found", Api.error(response).getString("code"));
    }

    @Test
    void everyResponseCarriesARequestIdentifier() {
        assertTrue(api.get("/models", null).headers().firstValue("x-request-id").isPresent());
        assertTrue(api.get("/models", api.token())
                .headers()
                .firstValue("x-request-id")
                .isPresent());
        assertTrue(api.get("/no-such-thing", api.token())
                .headers()
                .firstValue("x-request-id")
                .isPresent());
    }

    @Test
    void aClientThatGoesAwayFreesItsCompute() throws Exception {
        String token = api.token();
        HttpResponse<InputStream> response = api.longStory(token);
        String request = response.headers().firstValue("x-request-id").orElseThrow();

        response.body().close();

        try (Browser auditor = Browser.atADesk(product)) {
            auditor.signIn("audra");
            Map<String, String> row = Waiting.until(
                    "the row to be settled",
                    () -> AuditTrail.rows(auditor).stream()
                            .filter(one -> one.get("requestId").equals(request))
                            .findFirst()
                            .orElse(Map.of("status", "absent")),
                    one -> !one.get("status").equals("OPEN")
                            && !one.get("status").equals("absent"));
            assertEquals("CANCELLED", row.get("status"), row::toString);
            assertTrue(Integer.parseInt(row.get("completionTokens")) < Api.LONG_STORY_TOKENS, row::toString);
        }
    }

    private static String encode(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String decode(String part) {
        return new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8);
    }
}
