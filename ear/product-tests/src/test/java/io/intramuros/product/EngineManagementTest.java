package io.intramuros.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.json.JsonObject;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EngineManagementTest {
    private final Product product = Product.running();
    private final Management management = new Management(product);
    private final Api api = new Api(product);

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void anEnginesRuntimeAttributesFollowItsWork() throws Exception {
        String engine = management.engines().getFirst();
        assertEquals("0", management.engine(engine, "running"));

        try (InputStream answer = longAnswer(api.model(api.token()))) {
            assertEquals("1", management.engine(engine, "running"));
            assertTrue(Double.parseDouble(management.engine(engine, "tokens-per-second")) > 0);
            assertTrue(answer.read() >= 0);
        }

        Waiting.until("the answer's end", () -> management.engine(engine, "running"), "0"::equals);
    }

    @Test
    void anEngineWithABadPathSaysWhyItFailedAndTheServerStaysUp() {
        management.succeed("/subsystem=intramuros/engine=nowhere:add(model=/no/such/model)");
        try {
            String state = Waiting.until(
                    "the engine to fail",
                    () -> management
                            .succeed("/subsystem=intramuros/engine=nowhere" + ":read-resource(include-runtime=true)")
                            .get("result")
                            .toString(),
                    text -> text.contains("failed"));

            assertTrue(state.contains("/no/such/model"), state);
            assertEquals(200, api.get("/models", api.token()).statusCode());
        } finally {
            management.succeed("/subsystem=intramuros/engine=nowhere:remove()");
        }
    }

    @Test
    void anEngineCanBeRemovedWhileItAnswers() throws Exception {
        addEngine("second", "");

        try (InputStream answer = longAnswer("second")) {
            management.succeed("/subsystem=intramuros/engine=second:remove()");
            String rest = new String(answer.readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(rest.contains("error") || rest.contains("finish_reason"), rest);
        }

        assertEquals(200, api.get("/models", api.token()).statusCode());
    }

    @Test
    void redeployingTheApplicationDoesNotReloadTheWeights() throws Exception {
        String engine = management.engines().getFirst();
        long loads = loadsInLog();

        Path deployed = product.wildflyData().resolve("deployments/intramuros.ear");
        Files.createFile(deployed.resolveSibling("intramuros.ear.dodeploy"));
        Waiting.until(
                "the redeployment",
                () -> Files.exists(deployed.resolveSibling("intramuros.ear.dodeploy")),
                waiting -> !waiting);
        Waiting.until("the API", () -> api.get("/models", null).statusCode(), status -> status == 401);

        assertEquals(loads, loadsInLog());
        assertTrue(management.engine(engine, "state").contains("ready"));
    }

    @Test
    void whoFindsTheQueueFullIsToldWhenToComeBack() throws Exception {
        addEngine("narrow", ",max-batch-size=1,max-queue=1");
        CompletableFuture<HttpResponse<InputStream>> waiting;
        try (InputStream _ = longAnswer("narrow")) {
            String token = api.token();
            JsonObject question = api.question(token, "Hello")
                    .add("model", "narrow")
                    .add("stream", true)
                    .add("max_tokens", 4)
                    .build();
            waiting = CompletableFuture.supplyAsync(() -> api.stream(token, question));
            Waiting.until("one question in the queue", () -> management.engine("narrow", "queued"), "1"::equals);

            HttpResponse<InputStream> refused = api.stream(token, question);

            assertEquals(429, refused.statusCode());
            assertTrue(refused.headers().firstValueAsLong("Retry-After").orElse(0) > 0);
        }
        try (InputStream answer = waiting.get(2, TimeUnit.MINUTES).body()) {
            assertTrue(answer.read() >= 0, "the one in the queue has its turn");
        } finally {
            management.succeed("/subsystem=intramuros/engine=narrow:remove()");
        }
    }

    /** One more engine for the same model, ready to answer. */
    private void addEngine(String name, String settings) {
        String first = management.engines().getFirst();
        String path = management
                .succeed("/subsystem=intramuros/engine=" + first
                        + ":read-attribute(name=model,resolve-expressions=true)")
                .getString("result");
        management.succeed("/subsystem=intramuros/engine=" + name + ":add(model=\"" + path + "\"" + settings + ")");
        Waiting.until("the engine " + name, () -> management.engine(name, "state"), state -> state.contains("ready"));
    }

    private long loadsInLog() throws Exception {
        try (var lines = Files.lines(product.wildflyData().resolve("log/server.log"))) {
            return lines.filter(line -> line.contains("is ready") && line.contains("engine"))
                    .count();
        }
    }

    /** An answer that has begun and goes on for a while. */
    private InputStream longAnswer(String model) throws Exception {
        String token = api.token();
        HttpResponse<InputStream> response = api.stream(
                token,
                api.question(token, "Tell a very long story of a walled city.")
                        .add("model", model)
                        .add("stream", true)
                        .add("max_tokens", 2000)
                        .build());
        if (response.statusCode() != 200) {
            throw new AssertionError(new String(response.body().readAllBytes(), StandardCharsets.UTF_8));
        }
        assertTrue(response.body().readNBytes(200).length == 200);
        return response.body();
    }
}
