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
    /** What an engine says in the log when it has loaded its model. */
    private static final String READY = " is ready: ";

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

        try (InputStream answer = api.longStory(api.token()).body()) {
            assertEquals("1", management.engine(engine, "running"));
            Waiting.until(
                    "the speed",
                    () -> management.engine(engine, "tokens-per-second"),
                    speed -> Double.parseDouble(speed) > 0);
            assertTrue(answer.read() >= 0);
        }

        Waiting.until("the answer's end", () -> management.engine(engine, "running"), "0"::equals);
    }

    @Test
    void anEngineWithABadPathSaysWhyItFailedAndTheServerStaysUp() {
        management.byProgram("/subsystem=intramuros/engine=nowhere:add(model=/no/such/model)");
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
            management.removeEngine("nowhere");
        }
    }

    @Test
    void anEngineCanBeRemovedWhileItAnswers() throws Exception {
        management.addEngine("second", management.model(), "");

        try (InputStream answer = api.longStory(api.token(), "second").body()) {
            management.removeEngine("second");
            String rest = new String(answer.readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(rest.contains("error") || rest.contains("finish_reason"), rest);
        }

        assertEquals(200, api.get("/models", api.token()).statusCode());
    }

    @Test
    void redeployingTheApplicationDoesNotReloadTheWeights() throws Exception {
        String engine = management.engines().getFirst();
        long loads = product.logged(READY);

        Path deployed = product.wildflyData().resolve("deployments/intramuros.ear");
        Files.createFile(deployed.resolveSibling("intramuros.ear.dodeploy"));
        Waiting.until(
                "the redeployment",
                () -> Files.exists(deployed.resolveSibling("intramuros.ear.dodeploy")),
                waiting -> !waiting);
        Waiting.until("the API", () -> api.get("/models", null).statusCode(), status -> status == 401);

        assertEquals(loads, product.logged(READY));
        assertTrue(management.engine(engine, "state").contains("ready"));
    }

    @Test
    void whoFindsTheQueueFullIsToldWhenToComeBack() throws Exception {
        management.addEngine("narrow", management.model(), ",max-batch-size=1,max-queue=1");
        CompletableFuture<HttpResponse<InputStream>> waiting;
        try (InputStream _ = api.longStory(api.token(), "narrow").body()) {
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
            management.removeEngine("narrow");
        }
    }
}
