package io.intramuros.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Engines with {@code backend=cuda} in the server, on stand-ins for GPUs. */
class CudaEngineTest {
    private static final String BF16 = "llama-bf16-untied-grouped";

    private final Product product = Product.running();
    private final Management management = new Management(product);
    private final Api api = new Api(product);
    private final List<String> engines = new ArrayList<>();

    @AfterEach
    void removeEngines() {
        engines.forEach(engine -> management.succeed("/subsystem=intramuros/engine=" + engine + ":remove()"));
        api.close();
    }

    @Test
    void oneGpuAndTwoGiveTheProcessorsAnswersThroughTheApi() {
        ready("on-processor", "backend=vector");
        ready("on-gpu", "backend=cuda,devices=\"0\"");
        List<String> prompts = List.of("Hello, who are you?", "The quick brown fox", "1, 2, 3");
        List<JsonObject> expected =
                prompts.stream().map(prompt -> greedy("on-processor", prompt)).toList();

        assertEquals(
                expected,
                prompts.stream().map(prompt -> greedy("on-gpu", prompt)).toList());
        change("on-gpu", "devices", "0,1");
        assertEquals(
                expected,
                prompts.stream().map(prompt -> greedy("on-gpu", prompt)).toList());
        assertNotEquals("", expected.getFirst().getJsonObject("message").getString("content"));
    }

    @Test
    void aPersonReadsTheGpusAnswerInThePortal() {
        ready("on-gpu", "backend=cuda,devices=\"0\"");
        try (Browser browser = Browser.atADesk(product)) {
            browser.signIn("alice").find("#model");
            browser.choose("#model", "on-gpu");
            browser.ask("Hello, who are you?");

            assertTrue(List.of("STOP", "LENGTH").contains(browser.awaitAnswer()));
            String facts = browser.find(".answer:last-child .facts").getText();
            assertTrue(facts.contains("BF16"), facts);
            assertFalse(browser.answer().isBlank());
        }
    }

    @Test
    void nativeLibrariesAreLoadedFromTheirModuleAndNothingIsUnpacked() throws Exception {
        ready("on-gpu", "backend=cuda,devices=\"0\"");
        Path module = product.server().resolve("modules/system/layers/base/org/jcuda/main/lib/linux-x86_64");
        ProcessHandle wildfly = product.processesOf("wildfly").getFirst();

        List<Path> loaded;
        try (var lines = Files.lines(Path.of("/proc", Long.toString(wildfly.pid()), "maps"))) {
            loaded = lines.filter(line -> line.contains("libJ"))
                    .map(line -> Path.of(line.substring(line.indexOf('/'))))
                    .filter(library -> library.getFileName().toString().startsWith("libJCu"))
                    .distinct()
                    .toList();
        }

        assertFalse(loaded.isEmpty());
        loaded.forEach(library -> assertEquals(module, library.getParent()));
        assertEquals(List.of(), unpackedSince(wildfly.info().startInstant().orElseThrow()));
    }

    @Test
    void aGpuServesOneEngineAtATimeAndTheSecondSaysSo() {
        ready("first", "backend=cuda,devices=\"0,1\"");
        add("second", "backend=cuda,devices=\"1\"");

        String reason = awaitFailure("second");

        assertTrue(reason.contains("GPU 1"), reason);
        greedy("first", "Hello");

        change("first", "devices", "0");
        change("second", "max-queue", "3");
        greedy("second", "Hello");
    }

    @Test
    void anEngineThatDoesNotFitAccountsForTheMemoryAndTheServerStaysUp() {
        long tooMuch = (4 * StandInGpus.MEMORY_BYTES) >> 20;
        add("greedy", "backend=cuda,devices=\"0\",cache-memory=" + tooMuch);

        String reason = awaitFailure("greedy");

        assertTrue(reason.contains("GPU 0") && reason.toLowerCase(Locale.ROOT).contains("memory"), reason);
        assertEquals(200, api.get("/models", api.token()).statusCode());
    }

    @Test
    void aGpuThatIsNotThereIsNamedInOneLineOfTheLogToo() throws IOException {
        add("nowhere", "backend=cuda,devices=\"0,9\"");

        String reason = awaitFailure("nowhere");

        assertTrue(reason.contains("9"), reason);
        assertEquals(1, product.logged("The engine nowhere failed: there is no GPU 9 "));
    }

    @Test
    void aGpuLostInMidAnswerEndsTheAnswerAndItsEngineGoesOnWithTheOtherByItself() throws Exception {
        String whole = management.engines().getFirst();
        ready("frail", "backend=cuda,devices=\"1," + StandInGpus.FRAIL + "\"");

        String events = story("frail");

        assertTrue(events.contains("\"content\"") && events.contains("\"error\""), events);
        String detail = Waiting.until(
                "the engine frail to be loaded anew",
                () -> management.engine("frail", "state-detail"),
                text -> text.contains("GPU " + StandInGpus.FRAIL + " left out"));
        assertEquals(1, detail.lines().count(), detail);
        awaitReady("frail");
        greedy("frail", "Hello");
        assertTrue(management.engine(whole, "state").contains("ready"));

        change("frail", "devices", "1");
        detail = management.engine("frail", "state-detail");
        assertFalse(detail.contains("left out"), detail);
    }

    @Test
    void whenAnEngineLosesItsOnlyGpuAnotherThatServesTheModelTakesOver() throws Exception {
        ready("frail", "backend=cuda,model-id=shared,devices=\"" + StandInGpus.FRAIL_TOO + "\"");
        ready("steady", "backend=cuda,model-id=shared,devices=\"0\"");

        // Both are idle: the first by name gets it.
        String events = story("shared");

        assertTrue(events.contains("\"content\"") && events.contains("\"error\""), events);
        assertTrue(events.contains("GPU " + StandInGpus.FRAIL_TOO), events);
        String reason = awaitFailure("frail");
        assertTrue(reason.contains("No GPU is left") && reason.contains("GPU " + StandInGpus.FRAIL_TOO), reason);
        greedy("shared", "Hello");
    }

    /** All that a program hears of a long answer. */
    private String story(String model) throws IOException {
        String token = api.token();
        HttpResponse<InputStream> answer = api.stream(
                token,
                api.question(token, "Tell a long story.")
                        .add("model", model)
                        .add("stream", true)
                        .add("max_tokens", 400)
                        .build());
        assertEquals(200, answer.statusCode());
        return new String(answer.body().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Adds an engine for a tiny model. */
    private void add(String name, String settings) {
        management.succeed("/subsystem=intramuros/engine=" + name + ":add(model=\"" + Product.goldenModel(BF16) + "\","
                + settings + ")");
        engines.add(name);
    }

    private void ready(String name, String settings) {
        add(name, settings);
        awaitReady(name);
    }

    /** Changes an attribute, which restarts the engine, and waits until it is ready again. */
    private void change(String engine, String attribute, String value) {
        management.succeed("/subsystem=intramuros/engine=" + engine + ":write-attribute(name=" + attribute + ",value=\""
                + value + "\")");
        awaitReady(engine);
    }

    private void awaitReady(String engine) {
        String state = Waiting.until(
                "the engine " + engine, () -> management.engine(engine, "state"), text -> !text.contains("loading"));
        assertTrue(state.contains("ready"), () -> management.engine(engine, "state-detail"));
    }

    /** Waits until an engine has failed, and returns why. */
    private String awaitFailure(String engine) {
        Waiting.until(
                "the engine " + engine + " to fail",
                () -> management.engine(engine, "state"),
                text -> text.contains("failed"));
        String reason = management.engine(engine, "state-detail");
        assertEquals(1, reason.lines().count(), reason);
        return reason;
    }

    /** The most probable answer. */
    private JsonObject greedy(String model, String prompt) {
        String token = api.token();
        HttpResponse<String> response = api.complete(
                token,
                api.question(token, prompt)
                        .add("model", model)
                        .add("temperature", 0)
                        .add("max_tokens", 24)
                        .build());
        assertEquals(200, response.statusCode(), response.body());
        return Product.read(response.body()).getJsonArray("choices").getJsonObject(0);
    }

    /** Libraries of JCuda's that appeared where it unpacks them if nobody stops it. */
    private static List<Path> unpackedSince(Instant start) throws Exception {
        try (var files = Files.list(Path.of("/tmp"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("libJCu"))
                    .filter(file ->
                            Instant.ofEpochMilli(file.toFile().lastModified()).isAfter(start))
                    .toList();
        }
    }
}
