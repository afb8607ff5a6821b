package io.intramuros.run;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Asks the model one question as any program would: a token from Keycloak, then the API.
 *
 * @param addresses where things answer
 * @param clientSecret of the demonstration's client
 */
record SelfCheck(Addresses addresses, String clientSecret) {
    private static final Duration TOKEN_PATIENCE = Duration.ofSeconds(20);
    private static final Duration ANSWER_PATIENCE = Duration.ofMinutes(2);
    private static final int ANSWER_TOKENS = 24;

    /** A token for a program. */
    String token() {
        Http.Answer answer = Http.postForm(
                addresses.tokenUrl(),
                TOKEN_PATIENCE,
                Map.of(
                        "grant_type",
                        "client_credentials",
                        "client_id",
                        Realm.APP_CLIENT,
                        "client_secret",
                        clientSecret));
        if (answer.status() == 200 && Json.find(Json.parse(answer.body()), "access_token") instanceof String token) {
            return token;
        }
        throw new RunException(
                "Keycloak gave no token for " + Realm.APP_CLIENT + " (" + answer.status() + "): " + answer.body());
    }

    /** The first model that is ready, or {@code null} if there is none yet. */
    String model(String token) {
        Http.Answer answer = Http.get(addresses.api() + "/models", TOKEN_PATIENCE, token);
        if (answer.status() == 200) {
            return Json.find(Json.parse(answer.body()), "data", 0, "id") instanceof String id ? id : null;
        }
        if (answer.status() == 503) {
            return null;
        }
        throw new RunException("The API doesn't list its models (" + answer.status() + "): " + answer.body());
    }

    /** Asks, and tells what came back. */
    String ask(String model, String token) {
        Instant asked = Instant.now();
        Http.Answer answer = Http.postJson(
                addresses.api() + "/chat/completions",
                ANSWER_PATIENCE,
                token,
                Map.of(
                        "model",
                        model,
                        "max_tokens",
                        ANSWER_TOKENS,
                        "temperature",
                        0,
                        "messages",
                        List.of(Map.of("role", "user", "content", "Say hello in one short sentence."))));
        if (answer.status() == 200
                && Json.find(Json.parse(answer.body()), "choices", 0, "message", "content") instanceof String text
                && !text.isBlank()) {
            long milliseconds = Duration.between(asked, Instant.now()).toMillis();
            return model + " answered in " + milliseconds + " ms: "
                    + text.strip().replaceAll("\\s+", " ");
        }
        throw new RunException("The model didn't answer (" + answer.status() + "): " + answer.body());
    }
}
