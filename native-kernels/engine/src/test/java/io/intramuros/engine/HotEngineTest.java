package io.intramuros.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.engine.EnginePace.Speed;
import io.intramuros.engine.generation.Answer;
import io.intramuros.engine.local.LocalEngine;
import io.intramuros.engine.testing.Cards;
import io.intramuros.engine.testing.Recorder;
import io.intramuros.engine.testing.TinyModel;
import io.intramuros.engine.testing.WatchedBackend;
import io.intramuros.kernels.DeviceReading;
import io.intramuros.kernels.StepBatch;
import io.intramuros.kernels.TensorType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An engine whose GPU gets hot and cools down. */
@Timeout(60)
class HotEngineTest {
    private static final int SLOW_ABOVE = 80;
    private static final int DRAIN_ABOVE = 90;
    private static final int COOL = 50;
    private static final int WARM = 85;
    private static final int HOT = 93;

    @TempDir
    Path directory;

    private final AtomicInteger celsius = new AtomicInteger(COOL);
    private LocalEngine engine;

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void aWarmGpuHalvesTheBatchUntilItHasCooledDown() throws Exception {
        celsius.set(WARM);
        assertEquals(2, largestBatch());
        assertEquals(Speed.SLOW, engine.pace().speed());
        celsius.set(COOL);
        assertEquals(EnginePace.FULL, engine.pace());
        close();
        assertEquals(4, largestBatch());
    }

    @Test
    void aHotGpuEndsWhatRunsAndTakesNothingUntilItHasCooledDown() throws Exception {
        Semaphore steps = new Semaphore(0);
        Semaphore begun = new Semaphore(0);
        start(batch -> {
            begun.release();
            steps.acquireUninterruptibly();
        });
        Answer running = submit();
        begun.acquire();
        List<Answer> waiting = submitMany();
        celsius.set(HOT);
        steps.release(Integer.MAX_VALUE / 2);

        assertEquals(FinishReason.LENGTH, join(running).reason());
        EngineUnavailableException refusal = assertThrows(EngineUnavailableException.class, this::submit);
        for (String part : List.of("0000:01:00.0", "93 °C", "limit is 90 °C", "85 °C")) {
            assertTrue(refusal.getMessage().contains(part), refusal.getMessage());
        }
        assertEquals(EngineStatus.State.READY, engine.status().state());
        assertTrue(waiting.stream()
                .noneMatch(answer -> answer.result().toCompletableFuture().isDone()));
        assertEquals(waiting.size(), engine.statistics().queued());

        celsius.set(DRAIN_ABOVE - 4);
        assertThrows(EngineUnavailableException.class, this::submit);
        celsius.set(COOL);
        join(waiting);
        join(List.of(submit()));
    }

    @Test
    void aRequestThatWaitsForAHotGpuCanBeCancelled() throws Exception {
        List<Answer> waiting = startHotWithWaitingRequests();
        waiting.getFirst().cancel();
        assertEquals(FinishReason.CANCELLED, join(waiting.getFirst()).reason());
        assertFalse(waiting.getLast().result().toCompletableFuture().isDone());
    }

    @Test
    void anEngineThatWaitsForAHotGpuCanBeClosed() throws Exception {
        List<Answer> waiting = startHotWithWaitingRequests();
        engine.close();
        assertEquals(FinishReason.CANCELLED, join(waiting.getLast()).reason());
    }

    @Test
    void anEngineTellsWhatIsReadOfItsGpus() throws Exception {
        DeviceReading reading = Cards.card("0000:01:00.0", 71);
        engine = LocalEngine.start(
                settings(), new WatchedBackend(batch -> {}, UnaryOperator.identity(), () -> List.of(reading))::open);
        engine.awaitLoaded();

        DeviceStatus status = engine.devices().getFirst();
        assertEquals("0000:01:00.0", status.busId());
        assertEquals(reading.name(), status.name());
        assertEquals(OptionalInt.of(71), status.temperatureCelsius());
        assertEquals(reading.usedBytes(), status.memoryUsedBytes());
        assertEquals(List.of("power cap"), status.throttleReasons());
        engine.close();
        assertEquals(List.of(), engine.devices());
        assertEquals(EnginePace.FULL, engine.pace());
    }

    /** Starts an engine and gives it more requests than it has places before its first step ends. */
    private int largestBatch() throws Exception {
        AtomicInteger largest = new AtomicInteger();
        Semaphore steps = new Semaphore(0);
        start(batch -> {
            largest.accumulateAndGet(batch.sequences(), Math::max);
            steps.acquireUninterruptibly();
        });
        List<Answer> answers = submitMany();
        steps.release(Integer.MAX_VALUE / 2);
        join(answers);
        return largest.get();
    }

    private List<Answer> startHotWithWaitingRequests() throws Exception {
        Semaphore steps = new Semaphore(0);
        Semaphore begun = new Semaphore(0);
        start(batch -> {
            begun.release();
            steps.acquireUninterruptibly();
        });
        Answer running = submit();
        begun.acquire();
        List<Answer> waiting = submitMany();
        celsius.set(HOT);
        steps.release(Integer.MAX_VALUE / 2);
        join(running);
        return waiting;
    }

    private void start(Consumer<StepBatch> beforeStep) throws InterruptedException {
        engine = LocalEngine.start(
                settings(), new WatchedBackend(beforeStep, UnaryOperator.identity(), this::cards)::open);
        assertEquals(EngineStatus.State.READY, engine.awaitLoaded().state(), engine.status()::detail);
    }

    private EngineSettings settings() {
        Path model = TinyModel.write(directory.resolve("tiny.gguf"), TensorType.F32);
        return EngineSettings.with("hot", model)
                .threads(1)
                .maxBatchSize(4)
                .slowAboveCelsius(SLOW_ABOVE)
                .drainAboveCelsius(DRAIN_ABOVE)
                .build();
    }

    private List<DeviceReading> cards() {
        return List.of(Cards.card("0000:01:00.0", celsius.get()));
    }

    private Answer submit() {
        EncodedPrompt prompt = engine.encode(new Prompt.Text("Tell me"));
        return engine.submit(new GenerationRequest(prompt, 3, Sampling.GREEDY, List.of(), true), new Recorder());
    }

    private List<Answer> submitMany() {
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            answers.add(submit());
        }
        return answers;
    }

    private static void join(List<Answer> answers) throws Exception {
        for (Answer answer : answers) {
            assertEquals(FinishReason.LENGTH, join(answer).reason());
        }
    }

    private static GenerationResult join(Answer answer) throws Exception {
        return answer.result().toCompletableFuture().get();
    }
}
