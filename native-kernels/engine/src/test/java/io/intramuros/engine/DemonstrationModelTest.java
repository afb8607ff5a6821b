package io.intramuros.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.intramuros.engine.generation.Answer;
import io.intramuros.engine.local.LocalEngine;
import io.intramuros.engine.testing.Recorder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The model that {@code ./run} starts with, where it has been fetched already. */
class DemonstrationModelTest {
    private static final List<String> QUESTIONS = List.of(
            "What is the capital of France?",
            "Name three colours.",
            "Write one sentence about the sea, please, with a ship, a storm and a lighthouse in it.");
    private static final int TOKENS = 16;

    private Path model;
    private LocalEngine engine;

    @BeforeEach
    void find() throws IOException {
        Optional<Path> found = cached();
        assumeTrue(found.isPresent(), "the demonstration model has not been fetched");
        model = found.get();
    }

    @AfterEach
    void close() {
        if (engine != null) {
            engine.close();
        }
    }

    @Test
    void knowsTheCapitalOfFranceAndWritesTheSameAloneAndInABatch() throws Exception {
        // One request after the other, each prompt in one step.
        start(1, 256);
        Recorder recorder = new Recorder();
        List<int[]> alone = new ArrayList<>();
        for (String question : QUESTIONS) {
            Answer answer = engine.submit(request(question), recorder);
            answer.result().toCompletableFuture().join();
            alone.add(answer.drawnTokens());
        }
        assertTrue(recorder.text().contains("Paris"), recorder.text());
        close();

        // All at once, prompts in chunks that do not fit the cache's blocks.
        start(3, 21);
        List<Answer> answers = QUESTIONS.stream()
                .map(question -> engine.submit(request(question), new Recorder()))
                .toList();
        for (int i = 0; i < answers.size(); i++) {
            answers.get(i).result().toCompletableFuture().join();
            assertArrayEquals(alone.get(i), answers.get(i).drawnTokens(), QUESTIONS.get(i));
        }
    }

    private void start(int places, int tokenBudget) throws InterruptedException {
        engine = LocalEngine.start(EngineSettings.with("smol", model)
                .contextTokens(256)
                .maxBatchSize(places)
                .maxQueue(8)
                .tokenBudget(tokenBudget)
                .demonstration(true)
                .build());
        assertEquals(EngineStatus.State.READY, engine.awaitLoaded().state(), engine.status()::detail);
    }

    private GenerationRequest request(String question) {
        EncodedPrompt prompt = engine.encode(new Prompt.Chat(List.of(new ChatMessage("user", question))));
        return new GenerationRequest(prompt, TOKENS, Sampling.GREEDY, List.of(), true);
    }

    private static Optional<Path> cached() throws IOException {
        String cache = Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
                .orElse(System.getProperty("user.home") + "/.cache");
        Path models = Path.of(cache, "intramuros", "models");
        if (!Files.isDirectory(models)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(models)) {
            return files.filter(file -> file.toString().endsWith(".gguf")).findFirst();
        }
    }
}
