package io.intramuros.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.engine.generation.Answer;
import io.intramuros.engine.local.LocalEngine;
import io.intramuros.engine.testing.Recorder;
import io.intramuros.engine.testing.TinyModel;
import io.intramuros.kernels.TensorType;
import io.intramuros.kernels.cuda.EmulatedFaults;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An engine one of whose GPUs breaks while it answers, and goes on without it. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CudaLostGpuTest {
    private static final int PATIENCE_SECONDS = 60;

    @TempDir
    static Path directory;

    private static Path model;

    @BeforeAll
    static void write() {
        model = TinyModel.write(directory.resolve("tiny.gguf"), TensorType.BF16);
    }

    @AfterEach
    void mend() {
        EmulatedFaults.none();
    }

    @ParameterizedTest
    @CsvSource({
        "lost@launch=40, 1, fell off the bus, true",
        "ecc@launch=31, 0, ECC, true",
        "illegal-address@copy=4, 1, touched memory that isn't its own, false",
    })
    void everyRequestHearsTheReasonOnceAndTheEngineIsLoadedAnewOnTheGpusThatAreLeft(
            String fault, int broken, String reason, boolean leftOut) throws Exception {
        int[] before;
        try (LocalEngine engine = ready(List.of(0, 1))) {
            before = drawn(engine);
            EmulatedFaults.ask(fault + ",device=" + broken);
            List<Recorder> recorders = new ArrayList<>();
            List<Answer> answers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                recorders.add(new Recorder());
                answers.add(engine.submit(request(engine), recorders.get(i)));
            }

            for (int i = 0; i < answers.size(); i++) {
                GenerationResult result = result(answers.get(i));
                assertEquals(FinishReason.FAILED, result.reason());
                assertNames(result.error().orElseThrow(), broken, reason);
                assertEquals(List.of(result), recorders.get(i).ends());
            }
            String detail = await(engine, "Loaded anew", EngineStatus.State.READY);
            assertNames(detail, broken, reason);
            assertEquals(leftOut, detail.contains("GPU " + broken + " left out"), detail);
            List<DeviceStatus> lost = engine.devices().stream()
                    .filter(gpu -> gpu.fault().isPresent())
                    .toList();
            assertEquals(2, engine.devices().size());
            assertEquals(leftOut ? 1 : 0, lost.size());
            lost.forEach(gpu -> assertNames(gpu.fault().orElseThrow(), broken, reason));
            assertArrayEquals(before, drawn(engine));
            assertEquals(
                    5, engine.statistics().requests(), "counted since the engine's start, not since its last load");
        }
        EmulatedFaults.none();
        ready(List.of(0, 1)).close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"lost@copy=1", "ecc@copy=5"})
    void aGpuThatBreaksWhileTheModelIsLoadedIsLeftOut(String fault) throws Exception {
        EmulatedFaults.ask(fault + ",device=1");
        try (LocalEngine engine = ready(List.of(0, 1))) {
            assertTrue(
                    engine.status().detail().contains("GPU 1 left out"),
                    engine.status().detail());
            drawn(engine);
        }
    }

    @Test
    void anEngineWithoutAGpuLeftSaysWhatHappened() throws Exception {
        try (LocalEngine engine = ready(List.of(1))) {
            EmulatedFaults.ask("lost@launch=1,device=1");
            assertEquals(
                    FinishReason.FAILED,
                    result(engine.submit(request(engine), new Recorder())).reason());
            String detail = await(engine, "No GPU is left", EngineStatus.State.FAILED);
            assertNames(detail, 1, "fell off the bus");
            EngineUnavailableException refused = assertThrows(EngineUnavailableException.class, () -> request(engine));
            assertNames(refused.getMessage(), 1, "fell off the bus");
        }
    }

    @Test
    void aModelThatDoesNotFitLeavesTheGpusToOthers() throws Exception {
        EmulatedFaults.ask("out-of-memory@allocation=9,device=1");
        try (LocalEngine engine = LocalEngine.start(settings(List.of(0, 1)))) {
            EngineStatus status = engine.awaitLoaded();
            assertEquals(EngineStatus.State.FAILED, status.state());
            assertNames(status.detail(), 1, "not enough free memory");
        }
        ready(List.of(0, 1)).close();
    }

    @Test
    void aGpuBelongsToOneEngineAtATime() throws Exception {
        try (LocalEngine first = ready(List.of(0, 1));
                LocalEngine second = LocalEngine.start(settings(List.of(1, 2)))) {
            EngineStatus status = second.awaitLoaded();
            assertEquals(EngineStatus.State.FAILED, status.state());
            assertNames(status.detail(), 1, "used by another engine");
            drawn(first);
            // What the second one asked for beside the taken GPU is still to be had.
            ready(List.of(2)).close();
        }
        ready(List.of(1, 2)).close();
    }

    private static void assertNames(String message, int gpu, String reason) {
        assertTrue(message.contains("GPU " + gpu), message);
        assertTrue(message.contains(reason), message);
    }

    private static LocalEngine ready(List<Integer> gpus) throws InterruptedException {
        LocalEngine engine = LocalEngine.start(settings(gpus));
        assertEquals(EngineStatus.State.READY, engine.awaitLoaded().state(), engine.status()::detail);
        return engine;
    }

    /** Waits until an engine is in a state and says such words; returns all that it says. */
    private static String await(LocalEngine engine, String words, EngineStatus.State state) {
        EngineStatus status = engine.status();
        while (status.state() != state || !status.detail().contains(words)) {
            Thread.onSpinWait();
            status = engine.status();
        }
        return status.detail();
    }

    private static int[] drawn(LocalEngine engine) throws Exception {
        Answer answer = engine.submit(request(engine), new Recorder());
        assertEquals(FinishReason.LENGTH, result(answer).reason());
        return answer.drawnTokens();
    }

    private static GenerationResult result(Answer answer)
            throws InterruptedException, ExecutionException, TimeoutException {
        return answer.result().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static GenerationRequest request(LocalEngine engine) {
        return new GenerationRequest(
                engine.encode(new Prompt.Text("Hello, GPUs")), 8, Sampling.GREEDY, List.of(), true);
    }

    private static EngineSettings settings(List<Integer> gpus) {
        return EngineSettings.with("lost", model)
                .backend("cuda")
                .devices(gpus)
                .maxBatchSize(2)
                .cacheBytes(1 << 20)
                .build();
    }
}
