package io.intramuros.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.engine.generation.Answer;
import io.intramuros.engine.local.LocalEngine;
import io.intramuros.engine.testing.Recorder;
import io.intramuros.engine.testing.TinyModel;
import io.intramuros.kernels.TensorType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One engine, one request at a time: prompts, answers and their ends. */
class LocalEngineTest {
    @TempDir
    static Path directory;

    private static LocalEngine engine;

    @BeforeAll
    static void start() throws InterruptedException {
        Path model = TinyModel.write(directory.resolve("tiny.gguf"), TensorType.F32);
        engine = LocalEngine.start(EngineSettings.of("tiny", model));
        assertEquals(EngineStatus.State.READY, engine.awaitLoaded().state(), engine.status()::detail);
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Test
    void saysWhichModelRuns() {
        ModelCard card = engine.model().orElseThrow();

        assertEquals("tiny", card.id());
        assertEquals("tiny", card.displayName());
        assertEquals("llama", card.family());
        assertEquals("F32", card.precision());
        assertFalse(card.quantised());
        assertTrue(card.digest().matches("sha256:[0-9a-f]{64}"), card.digest());
        assertEquals(TinyModel.CONTEXT, card.contextTokens());
        assertEquals("vector", card.backend());
    }

    @Test
    void endsAnAnswerAtTheMostTokensAskedFor() {
        Recorder recorder = new Recorder();
        GenerationResult result = join(engine.submit(request("Hello", 12, Sampling.GREEDY), recorder));

        assertEquals(FinishReason.LENGTH, result.reason());
        assertEquals(5, result.promptTokens());
        assertEquals(12, result.completionTokens());
        assertEquals(12, recorder.text().length());
        assertEquals(List.of(result), recorder.ends());
        assertTrue(result.timeToFirstToken().orElseThrow().compareTo(result.duration()) <= 0);
        assertTrue(result.error().isEmpty());
    }

    @Test
    void endsAnAnswerAtTheContextsEnd() {
        int[] prompt = new int[TinyModel.CONTEXT - 3];
        Arrays.fill(prompt, 40);

        GenerationResult result = join(engine.submit(
                new GenerationRequest(new EncodedPrompt(prompt), 1000, Sampling.GREEDY, List.of(), true),
                new Recorder()));

        assertEquals(FinishReason.LENGTH, result.reason());
        assertEquals(3, result.completionTokens());
    }

    @Test
    void endsAnAnswerAtTheModelsEndTokenUnlessToldToIgnoreIt() {
        // Hot enough to draw the end token now and then.
        for (long seed = 0; seed < 200; seed++) {
            Sampling hot = new Sampling(2, 0, 1, seed);
            Recorder recorder = new Recorder();
            Answer answer = engine.submit(request("Once", 20, hot), recorder);
            GenerationResult result = join(answer);
            if (result.reason() == FinishReason.STOP) {
                int[] drawn = answer.drawnTokens();
                assertEquals(TinyModel.END, drawn[drawn.length - 1]);
                assertEquals(drawn.length, result.completionTokens());
                assertEquals(drawn.length - 1, recorder.text().length());

                Answer ignoring = engine.submit(
                        new GenerationRequest(engine.encode(new Prompt.Text("Once")), 20, hot, List.of(), true),
                        new Recorder());
                assertEquals(FinishReason.LENGTH, join(ignoring).reason());
                assertArrayEquals(drawn, Arrays.copyOf(ignoring.drawnTokens(), drawn.length));
                return;
            }
        }
        throw new AssertionError("the model never drew its end token");
    }

    @Test
    void theSameSeedDrawsTheSameTokensAndAnotherSeedOthers() {
        Sampling seven = new Sampling(1.5f, 0, 1, 7);
        int[] first = drawn(request("Once upon a time", 40, seven));

        assertArrayEquals(first, drawn(request("Once upon a time", 40, seven)));
        assertFalse(Arrays.equals(first, drawn(request("Once upon a time", 40, new Sampling(1.5f, 0, 1, 8)))));
    }

    @Test
    void aStopTextOverSeveralTokensEndsTheAnswerBeforeIt() {
        EncodedPrompt prompt = engine.encode(new Prompt.Text("Stop"));
        Sampling sampling = new Sampling(1, 0, 1, 3);
        Recorder whole = new Recorder();
        join(engine.submit(new GenerationRequest(prompt, 60, sampling, List.of(), true), whole));
        String stop = whole.text().substring(20, 25);
        int at = whole.text().indexOf(stop);

        Recorder recorder = new Recorder();
        Answer answer =
                engine.submit(new GenerationRequest(prompt, 60, sampling, List.of("\u0000", stop), true), recorder);
        GenerationResult result = join(answer);

        assertEquals(FinishReason.STOP, result.reason());
        assertEquals(whole.text().substring(0, at), recorder.text());
        // A character each, but for end tokens that were ignored.
        long characters = Arrays.stream(answer.drawnTokens())
                .filter(token -> token != TinyModel.END)
                .count();
        assertEquals(at + stop.length(), characters);
    }

    @Test
    void reportsTokensThatWereFoundInTheCache() {
        int[] prompt = new int[50];
        Arrays.fill(prompt, 17);
        GenerationRequest request =
                new GenerationRequest(new EncodedPrompt(prompt), 5, Sampling.GREEDY, List.of(), true);
        Answer first = engine.submit(request, new Recorder());
        assertEquals(0, join(first).cachedTokens());
        Answer second = engine.submit(request, new Recorder());

        assertEquals(48, join(second).cachedTokens());
        assertArrayEquals(first.drawnTokens(), second.drawnTokens());
    }

    @Test
    void keepsNoBlocksAndCountsWhatItDid() {
        EngineStatistics before = engine.statistics();
        join(engine.submit(request("Count this", 9, Sampling.GREEDY), new Recorder()));
        EngineStatistics after = engine.statistics();

        assertEquals(0, after.running());
        assertEquals(0, after.queued());
        assertEquals(0, after.cacheUsedBytes());
        assertTrue(after.cacheBytes() > 0);
        assertEquals(before.requests() + 1, after.requests());
        assertEquals(before.completionTokens() + 9, after.completionTokens());
        assertEquals(before.promptTokens() + 10, after.promptTokens());
        assertTrue(after.decodeTokensPerSecond() > 0);
    }

    @Test
    void refusesPromptsThatItCannotAnswer() {
        assertThrows(InvalidPromptException.class, () -> engine.encode(new Prompt.Text("")));
        assertThrows(
                InvalidPromptException.class,
                () -> engine.encode(new Prompt.Tokens(new int[] {1, TinyModel.VOCABULARY})));
        assertThrows(InvalidPromptException.class, () -> engine.encode(new Prompt.Tokens(new int[] {-1})));
        assertThrows(
                InvalidPromptException.class,
                () -> engine.encode(new Prompt.Chat(List.of(new ChatMessage("user", "no template")))));
        ContextExceededException tooLong = assertThrows(
                ContextExceededException.class, () -> engine.encode(new Prompt.Text("x".repeat(TinyModel.CONTEXT))));
        assertEquals(TinyModel.CONTEXT, tooLong.contextTokens());
        assertEquals(TinyModel.CONTEXT, tooLong.promptTokens());
    }

    @Test
    void readsSpecialTokensThatAPersonTypedAsOrdinaryText() {
        int[] tokens = engine.encode(new Prompt.Text("a<|end|>b")).tokens();
        assertTrue(Arrays.stream(tokens).noneMatch(token -> token == TinyModel.END));
        assertEquals(9, tokens.length);
    }

    @Test
    void aModelThatIsNotThereIsAStatusNotAnException() throws InterruptedException {
        Path missing = directory.resolve("missing.gguf");
        try (LocalEngine failed = LocalEngine.start(EngineSettings.of("failed", missing))) {
            EngineStatus status = failed.awaitLoaded();

            assertEquals(EngineStatus.State.FAILED, status.state());
            assertTrue(status.detail().contains(missing.toString()), status.detail());
            assertTrue(failed.model().isEmpty());
            assertEquals(EngineStatistics.NONE, failed.statistics());
            EngineUnavailableException refusal =
                    assertThrows(EngineUnavailableException.class, () -> failed.encode(new Prompt.Text("x")));
            assertTrue(refusal.getMessage().contains(missing.toString()), refusal.getMessage());
        }
    }

    @Test
    void aTruncatedModelAndAnUnknownBackendAreReasonsToo() throws Exception {
        byte[] whole = Files.readAllBytes(directory.resolve("tiny.gguf"));
        Path half = Files.write(directory.resolve("half.gguf"), Arrays.copyOf(whole, whole.length / 2));
        assertFailed("half.gguf", EngineSettings.of("half", half));
        Path model = directory.resolve("tiny.gguf");
        assertFailed(
                "abacus", EngineSettings.with("odd", model).backend("abacus").build());
        assertFailed(
                "cache memory",
                EngineSettings.with("small", model).cacheBytes(100).build());
    }

    @Test
    void aSmallCacheShortensTheContext() throws InterruptedException {
        Path model = directory.resolve("tiny.gguf");
        // Two layers of two heads of 16 values, keys and values of 4 bytes: 512 bytes a token.
        EngineSettings settings = EngineSettings.with("small", model)
                .maxBatchSize(1)
                .cacheBytes(512 * 64 + 1)
                .build();
        try (LocalEngine small = LocalEngine.start(settings)) {
            assertEquals(EngineStatus.State.READY, small.awaitLoaded().state(), small.status()::detail);
            assertEquals(64, small.model().orElseThrow().contextTokens());
        }
    }

    @Test
    void canBeClosedWhileItLoadsAndTwice() {
        LocalEngine loading = LocalEngine.start(EngineSettings.of("loading", directory.resolve("tiny.gguf")));
        loading.close();
        loading.close();
        assertEquals(EngineStatus.State.STOPPED, loading.status().state());
        assertThrows(EngineUnavailableException.class, () -> loading.encode(new Prompt.Text("x")));
    }

    private static void assertFailed(String reason, EngineSettings settings) throws InterruptedException {
        try (LocalEngine failed = LocalEngine.start(settings)) {
            EngineStatus status = failed.awaitLoaded();
            assertEquals(EngineStatus.State.FAILED, status.state());
            assertTrue(status.detail().contains(reason), status.detail());
        }
    }

    private static GenerationRequest request(String prompt, int maxTokens, Sampling sampling) {
        return new GenerationRequest(engine.encode(new Prompt.Text(prompt)), maxTokens, sampling, List.of(), false);
    }

    private static int[] drawn(GenerationRequest request) {
        Answer answer = engine.submit(request, new Recorder());
        join(answer);
        return answer.drawnTokens();
    }

    private static GenerationResult join(Generation generation) {
        return generation.result().toCompletableFuture().join();
    }
}
