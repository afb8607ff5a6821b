package io.intramuros.product;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The API over plain HTTP, for what an SDK would never send. */
final class Api implements AutoCloseable {
    /** The most tokens of {@link #longStory}. */
    static final int LONG_STORY_TOKENS = 2000;

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Product product;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    Api(Product product) {
        this.product = product;
    }

    /** A token of the demonstration's program. */
    String token() {
        return token(product.clientSecret());
    }

    /** A token of the program that has this secret. */
    String token(String clientSecret) {
        return token(Map.of(
                "grant_type", "client_credentials", "client_id", product.clientId(), "client_secret", clientSecret));
    }

    /** A token of a person, through the demonstration's program. */
    String tokenOf(String user) {
        return token(Map.of(
                "grant_type", "password",
                "username", user,
                "password", product.passwordOf(user),
                "client_id", product.clientId(),
                "client_secret", product.clientSecret()));
    }

    private String token(Map<String, String> form) {
        return Product.read(postForm(product.tokenUrl(), form).body()).getString("access_token");
    }

    HttpResponse<String> postForm(String url, Map<String, String> form) {
        String body = form.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return send(HttpRequest.newBuilder(URI.create(url))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    HttpResponse<String> get(String path, String token) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(product.api() + path));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return send(request);
    }

    /** Any bytes as a chat request. */
    HttpResponse<String> complete(String token, HttpRequest.BodyPublisher body) {
        return send(completion(token, body));
    }

    HttpResponse<String> complete(String token, JsonObject body) {
        return complete(token, HttpRequest.BodyPublishers.ofString(body.toString()));
    }

    /** Asks with a stream; the response is open when this returns. */
    HttpResponse<InputStream> stream(String token, JsonObject body) {
        try {
            return http.send(
                    completion(token, HttpRequest.BodyPublishers.ofString(body.toString()))
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** As {@link #longStory(String, String)}, of the first model. */
    HttpResponse<InputStream> longStory(String token) throws IOException {
        return longStory(token, model(token));
    }

    /** Asks for an answer that takes long, and returns the open response once its first words have come. */
    HttpResponse<InputStream> longStory(String token, String model) throws IOException {
        HttpResponse<InputStream> response = stream(
                token,
                question(token, "Tell a very long story of a walled city.")
                        .add("model", model)
                        .add("stream", true)
                        .add("max_tokens", LONG_STORY_TOKENS)
                        .build());
        if (response.statusCode() != 200 || response.body().readNBytes(200).length < 200) {
            throw new AssertionError("No story: " + response.statusCode());
        }
        return response;
    }

    /** The first model's name. */
    String model(String token) {
        return Product.read(get("/models", token).body())
                .getJsonArray("data")
                .getJsonObject(0)
                .getString("id");
    }

    /** A request that asks one question. */
    JsonObjectBuilder question(String token, String text) {
        return Json.createObjectBuilder()
                .add("model", model(token))
                .add(
                        "messages",
                        Json.createArrayBuilder()
                                .add(Json.createObjectBuilder()
                                        .add("role", "user")
                                        .add("content", text)));
    }

    /** The error of a response, after checking that it has OpenAI's shape. */
    static JsonObject error(HttpResponse<String> response) {
        JsonObject body = Product.read(response.body());
        JsonObject error = body.getJsonObject("error");
        if (error == null || !error.keySet().containsAll(Set.of("message", "type", "param", "code"))) {
            throw new AssertionError("Not OpenAI's shape of an error: " + response.body());
        }
        return error;
    }

    private HttpRequest.Builder completion(String token, HttpRequest.BodyPublisher body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(product.api() + "/chat/completions"))
                .header("Content-Type", "application/json")
                .POST(body);
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return request;
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
