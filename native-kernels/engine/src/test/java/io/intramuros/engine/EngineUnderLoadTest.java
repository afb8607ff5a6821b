package io.intramuros.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.intramuros.engine.generation.Answer;
import io.intramuros.engine.local.LocalEngine;
import io.intramuros.engine.testing.Recorder;
import io.intramuros.engine.testing.TinyModel;
import io.intramuros.engine.testing.WatchedBackend;
import io.intramuros.kernels.DeviceFailedException;
import io.intramuros.kernels.SampledToken;
import io.intramuros.kernels.StepBatch;
import io.intramuros.kernels.TensorType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several requests at once: batching, cancelling, faults, shutting down. */
@ParameterizedClass(name = "on a device of its own: {0}")
@ValueSource(booleans = {false, true})
@Timeout(60)
class EngineUnderLoadTest {
    private static final int BYTES_PER_TOKEN_F32 = 512;

    @Parameter
    boolean device;

    @TempDir
    Path directory;

    private LocalEngine engine;

    @AfterEach
    void close() {
        if (engine != null) {
            engine.close();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16"})
    void tokensDoNotDependOnBatchesChunksSharedBeginningsOrATightCache(TensorType type) throws Exception {
        Path model = TinyModel.write(directory.resolve("tiny.gguf"), type);
        List<GenerationRequest> requests = variedRequests();
        List<int[]> alone = new ArrayList<>();
        start(settings("alone", model, 1, 8)
                .threads(1)
                .tokenBudget(TinyModel.CONTEXT)
                .build());
        for (GenerationRequest request : requests) {
            alone.addAll(drawAll(List.of(request)));
        }
        close();

        start(settings("batched", model, 8, 100).tokenBudget(64).build());
        assertSame(alone, drawAll(requests));
        // Again, with every beginning in the cache.
        assertSame(alone, drawAll(requests));
        close();

        start(settings("chunked", model, 3, 100).tokenBudget(5).build());
        assertSame(alone, drawAll(requests));
        close();

        long tight = (long) BYTES_PER_TOKEN_F32 * TinyModel.CONTEXT / (type == TensorType.F32 ? 1 : 2);
        start(settings("tight", model, 8, 100).cacheBytes(tight).tokenBudget(40).build());
        assertSame(alone, drawAll(requests));
    }

    @Test
    void refusesMoreThanItsQueueHoldsAndAcceptsAgainLater() throws Exception {
        Semaphore steps = new Semaphore(0);
        start(settings(1, 2), batch -> steps.acquireUninterruptibly());
        List<Answer> accepted = List.of(submit(3), submit(3), submit(3));

        QueueFullException refusal = assertThrows(QueueFullException.class, () -> submit(3));
        assertEquals(2, refusal.queued());

        steps.release(Integer.MAX_VALUE / 2);
        accepted.forEach(
                answer -> assertEquals(FinishReason.LENGTH, join(answer).reason()));
        assertEquals(FinishReason.LENGTH, join(submit(3)).reason());
    }

    @Test
    void aCancelledRequestIsInNoStepThatBeginsLater() throws Exception {
        Semaphore steps = new Semaphore(0);
        Semaphore begun = new Semaphore(0);
        AtomicInteger sequences = new AtomicInteger();
        start(settings(4, 4), batch -> {
            sequences.set(batch.sequences());
            begun.release();
            steps.acquireUninterruptibly();
        });
        Answer stays = submit(100);
        begun.acquire();
        steps.release();
        begun.acquire();
        Answer goes = submit(100);
        steps.release();
        begun.acquire();
        assertEquals(2, sequences.get());

        goes.cancel();
        steps.release();
        begun.acquire();

        assertEquals(1, sequences.get());
        assertEquals(FinishReason.CANCELLED, join(goes).reason());
        assertTrue(join(goes).error().isEmpty());
        assertEquals(1, engine.statistics().running());
        steps.release(Integer.MAX_VALUE / 2);
        assertEquals(FinishReason.LENGTH, join(stays).reason());
        assertEquals(0, engine.statistics().cacheUsedBytes());
    }

    @Test
    void aCancelledRequestThatWaitsIsNeverComputed() throws Exception {
        Semaphore steps = new Semaphore(0);
        start(settings(1, 4), batch -> steps.acquireUninterruptibly());
        Answer running = submit(5);
        Answer waiting = submit(5);
        waiting.cancel();
        steps.release(Integer.MAX_VALUE / 2);

        assertEquals(0, join(waiting).completionTokens());
        assertEquals(FinishReason.CANCELLED, join(waiting).reason());
        assertEquals(FinishReason.LENGTH, join(running).reason());
        waiting.cancel();
        running.cancel();
        assertEquals(FinishReason.LENGTH, join(running).reason());
    }

    @Test
    void aSlowListenerDelaysNobodyElseAndMissesNothing() throws Exception {
        start(settings(4, 4));
        CountDownLatch release = new CountDownLatch(1);
        Recorder slow = new Recorder() {
            @Override
            public synchronized void onText(String piece, int tokens) {
                awaitUninterruptibly(release);
                super.onText(piece, tokens);
            }
        };
        Answer held = engine.submit(request(50), slow);

        assertEquals(FinishReason.LENGTH, join(submit(50)).reason());
        assertEquals(FinishReason.LENGTH, join(submit(50)).reason());
        assertFalse(held.result().toCompletableFuture().isDone());

        release.countDown();
        assertEquals(FinishReason.LENGTH, join(held).reason());
        assertEquals(50, slow.text().length());
        assertEquals(1, slow.ends().size());
    }

    @Test
    void aTokenIsHeardAsTextWhileTheNextIsComputed() throws Exception {
        Semaphore steps = new Semaphore(1);
        start(settings(4, 4), batch -> steps.acquireUninterruptibly());
        CountDownLatch heard = new CountDownLatch(1);
        Recorder listener = new Recorder() {
            @Override
            public synchronized void onText(String piece, int tokens) {
                super.onText(piece, tokens);
                heard.countDown();
            }
        };
        Answer answer = engine.submit(request(5), listener);
        heard.await();

        assertEquals(1, listener.text().length());
        assertEquals(0, steps.availablePermits());
        steps.release(4);
        assertEquals(FinishReason.LENGTH, join(answer).reason());
        assertEquals(5, listener.text().length());
    }

    @Test
    void anAnswerEndsWithTheTokenThatCompletesItsStopText() throws Exception {
        start(settings(4, 4));
        Recorder whole = new Recorder();
        Answer unstopped = engine.submit(request(40), whole);
        join(unstopped);
        String stop = whole.text().substring(20, 23);
        int end = whole.text().indexOf(stop) + stop.length();
        GenerationRequest stopped = new GenerationRequest(
                engine.encode(new Prompt.Text("Tell me")), 40, Sampling.GREEDY, List.of(stop), true);
        Answer first = engine.submit(stopped, new Recorder());
        Answer beside = submit(40);

        GenerationResult result = join(first);
        assertEquals(FinishReason.STOP, result.reason());
        assertEquals(end, result.completionTokens());
        assertArrayEquals(Arrays.copyOf(unstopped.drawnTokens(), end), first.drawnTokens());
        assertEquals(FinishReason.LENGTH, join(beside).reason());
        assertArrayEquals(unstopped.drawnTokens(), beside.drawnTokens());
        assertEquals(80 + end, engine.statistics().completionTokens());
        assertEquals(0, engine.statistics().cacheUsedBytes());
    }

    @Test
    void aListenerThatThrowsEndsOnlyItsOwnAnswer() throws Exception {
        Semaphore steps = new Semaphore(0);
        start(settings(4, 4), batch -> steps.acquireUninterruptibly());
        CountDownLatch thrown = new CountDownLatch(1);
        Recorder broken = new Recorder() {
            @Override
            public synchronized void onText(String piece, int tokens) {
                thrown.countDown();
                throw new IllegalStateException("the connection is gone");
            }
        };
        Answer ends = engine.submit(request(200), broken);
        Answer stays = submit(20);
        steps.release(2);
        thrown.await();
        while (!ends.result().toCompletableFuture().isDone()) {
            steps.release();
            Thread.onSpinWait();
        }
        steps.release(1000);

        GenerationResult result = join(ends);
        assertEquals(FinishReason.CANCELLED, result.reason());
        assertTrue(result.error().orElseThrow().contains("IllegalStateException"));
        assertEquals(List.of(result), broken.ends());
        assertEquals(FinishReason.LENGTH, join(stays).reason());
    }

    @Test
    void logitsThatAreNotFiniteFailTheirSequenceAlone() throws Exception {
        AtomicInteger step = new AtomicInteger();
        start(settings(4, 4), batch -> step.incrementAndGet(), tokens -> {
            if (tokens.length == 2 && step.get() > 3) {
                tokens[0] = new SampledToken(0, Float.NaN, new int[0], new float[0]);
            }
            return tokens;
        });
        Answer spoiled = submit(200);
        Answer healthy = submit(200);

        GenerationResult failure = join(spoiled);
        assertEquals(FinishReason.FAILED, failure.reason());
        assertTrue(failure.error().orElseThrow().contains("not finite"), failure.error()::orElseThrow);
        assertEquals(FinishReason.LENGTH, join(healthy).reason());
        assertEquals(EngineStatus.State.READY, engine.status().state());
    }

    @Test
    void aStepThatThrowsFailsItsRequestsAndTheEngineGoesOn() throws Exception {
        AtomicInteger step = new AtomicInteger();
        start(settings(4, 4), batch -> {
            if (step.incrementAndGet() == 4) {
                throw new IllegalStateException("a kernel failed");
            }
        });
        GenerationResult failure = join(submit(50));

        assertEquals(FinishReason.FAILED, failure.reason());
        assertEquals(3, failure.completionTokens());
        assertTrue(failure.error().orElseThrow().contains("a kernel failed"));
        assertEquals(0, engine.statistics().cacheUsedBytes());
        assertEquals(FinishReason.LENGTH, join(submit(5)).reason());
    }

    @Test
    void aStepThatThrowsDoesNotFailAnAnswerThatItsTextHasEnded() throws Exception {
        assumeTrue(device, "elsewhere no step begins before the last one's text is known");
        AtomicInteger step = new AtomicInteger();
        start(settings(1, 4), batch -> {
            if (step.incrementAndGet() == 4) {
                throw new IllegalStateException("a kernel failed");
            }
        });
        Recorder whole = new Recorder();
        join(engine.submit(request(3), whole));
        step.set(0);
        Recorder recorder = new Recorder();
        GenerationResult result = join(engine.submit(
                new GenerationRequest(
                        engine.encode(new Prompt.Text("Tell me")), 50, Sampling.GREEDY, List.of(whole.text()), true),
                recorder));

        assertEquals(FinishReason.STOP, result.reason());
        assertEquals(3, result.completionTokens());
        assertEquals(FinishReason.LENGTH, join(submit(5)).reason());
        assertEquals(List.of(result), recorder.ends());
    }

    @Test
    void aLostDeviceEndsItsRequestsWithTheFirstStepAndTheEngineIsLoadedAnew() throws Exception {
        AtomicInteger step = new AtomicInteger();
        start(settings(4, 4), batch -> {
            if (step.incrementAndGet() == 4) {
                throw new DeviceFailedException("GPU 1 fell off the bus", null, List.of());
            }
        });
        GenerationResult failure = join(submit(50));

        assertEquals(FinishReason.FAILED, failure.reason());
        assertTrue(failure.error().orElseThrow().contains("GPU 1 fell off the bus"));
        assertEquals(4, step.get());
        awaitStatus(status -> status.state() == EngineStatus.State.READY
                && status.detail().startsWith("Loaded anew after a fault: GPU 1 fell off the bus"));
        assertEquals(FinishReason.LENGTH, join(submit(5)).reason());
    }

    @Test
    void aDeviceThatIsLostAgainAndAgainIsGivenUp() throws Exception {
        AtomicInteger lost = new AtomicInteger();
        start(settings(4, 4), batch -> {
            throw new DeviceFailedException("fault number " + lost.incrementAndGet() + ".", null, List.of());
        });
        while (engine.status().state() != EngineStatus.State.FAILED) {
            try {
                join(submit(5));
            } catch (EngineUnavailableException e) {
                Thread.onSpinWait();
            }
        }

        assertEquals(4, lost.get());
        assertEquals(
                "The engine stopped after a fault: fault number 4. It has been loaded anew 3 times within an hour, and is"
                        + " not again until it is changed or added anew.",
                engine.status().detail());
        assertThrows(EngineUnavailableException.class, () -> submit(5));
    }

    @Test
    void aDeviceThatKeepsFailingFailsTheEngineAndEveryRequest() throws Exception {
        Semaphore submitted = new Semaphore(0);
        start(settings(1, 8), batch -> {
            submitted.acquireUninterruptibly();
            throw new IllegalStateException("the device is lost");
        });
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            answers.add(submit(5));
        }
        submitted.release(100);

        for (Answer answer : answers) {
            assertEquals(FinishReason.FAILED, join(answer).reason());
            assertTrue(join(answer).error().orElseThrow().contains("the device is lost"));
        }
        awaitState(EngineStatus.State.FAILED);
        assertTrue(engine.status().detail().contains("the device is lost"));
        assertThrows(EngineUnavailableException.class, () -> submit(5));
    }

    @Test
    void closingWhileAnsweringTellsEveryListenerWhy() throws Exception {
        Semaphore steps = new Semaphore(5);
        CountDownLatch busy = new CountDownLatch(5);
        start(settings(2, 8), batch -> {
            busy.countDown();
            steps.acquireUninterruptibly();
        });
        List<Answer> answers = List.of(submit(200), submit(200), submit(200), submit(200));
        busy.await();
        Thread closing = Thread.ofVirtual().start(engine::close);
        steps.release(Integer.MAX_VALUE / 2);
        closing.join();

        for (Answer answer : answers) {
            GenerationResult result = join(answer);
            assertEquals(FinishReason.CANCELLED, result.reason());
            assertTrue(result.error().orElseThrow().contains("shut down"), result.error()::orElseThrow);
        }
        assertEquals(EngineStatus.State.STOPPED, engine.status().state());
        assertEquals(0, engine.statistics().running());
        assertThrows(EngineUnavailableException.class, () -> request(3));
    }

    @Test
    void everyRequestOfAStormHearsItsEndExactlyOnce() throws Exception {
        Path model = TinyModel.write(directory.resolve("tiny.gguf"), TensorType.F32);
        start(settings("storm", model, 4, 1000)
                .cacheBytes((long) BYTES_PER_TOKEN_F32 * TinyModel.CONTEXT)
                .tokenBudget(16)
                .build());
        Random random = new Random(11);
        List<Recorder> recorders = new ArrayList<>();
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            Recorder recorder = new Recorder();
            Answer answer = engine.submit(variedRequest(random), recorder);
            recorders.add(recorder);
            answers.add(answer);
            if (random.nextInt(3) == 0) {
                answers.get(random.nextInt(answers.size())).cancel();
            }
        }
        answers.forEach(EngineUnderLoadTest::join);

        recorders.forEach(recorder -> assertEquals(1, recorder.ends().size()));
        assertEquals(120, engine.statistics().requests());
        assertEquals(0, engine.statistics().cacheUsedBytes());
        assertEquals(0, engine.statistics().queued());
    }

    private EngineSettings settings(int places, int queue) {
        Path model = TinyModel.write(directory.resolve("tiny.gguf"), TensorType.F32);
        return settings("load", model, places, queue).build();
    }

    private static EngineSettings.Builder settings(String name, Path model, int places, int queue) {
        return EngineSettings.with(name, model).threads(2).maxBatchSize(places).maxQueue(queue);
    }

    private void start(EngineSettings settings) throws InterruptedException {
        start(settings, batch -> {});
    }

    private void start(EngineSettings settings, Consumer<StepBatch> beforeStep) throws InterruptedException {
        start(settings, beforeStep, UnaryOperator.identity());
    }

    private void start(EngineSettings settings, Consumer<StepBatch> beforeStep, UnaryOperator<SampledToken[]> results)
            throws InterruptedException {
        WatchedBackend watched = new WatchedBackend(beforeStep, results);
        engine = LocalEngine.start(settings, device ? watched::openAsDevice : watched::open);
        assertEquals(EngineStatus.State.READY, engine.awaitLoaded().state(), engine.status()::detail);
    }

    private GenerationRequest request(int maxTokens) {
        return new GenerationRequest(
                engine.encode(new Prompt.Text("Tell me")), maxTokens, Sampling.GREEDY, List.of(), true);
    }

    private Answer submit(int maxTokens) {
        return engine.submit(request(maxTokens), new Recorder());
    }

    private List<int[]> drawAll(List<GenerationRequest> requests) {
        List<Answer> answers = requests.stream()
                .map(request -> engine.submit(request, new Recorder()))
                .toList();
        answers.forEach(answer -> assertEquals(FinishReason.LENGTH, join(answer).reason()));
        return answers.stream().map(Answer::drawnTokens).toList();
    }

    private static List<GenerationRequest> variedRequests() {
        Random random = new Random(5);
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < 14; i++) {
            requests.add(variedRequest(random));
        }
        return requests;
    }

    /** Prompts of one to 150 tokens, half of them with a common beginning, greedy or drawn. */
    private static GenerationRequest variedRequest(Random random) {
        int[] prompt = new int[1 + random.nextInt(150)];
        boolean common = random.nextBoolean();
        for (int i = 0; i < prompt.length; i++) {
            prompt[i] = common && i < 50 ? i : random.nextInt(TinyModel.VOCABULARY);
        }
        Sampling sampling = random.nextBoolean() ? Sampling.GREEDY : new Sampling(1, 20, 0.95f, random.nextLong());
        return new GenerationRequest(new EncodedPrompt(prompt), 1 + random.nextInt(60), sampling, List.of(), true);
    }

    private static void assertSame(List<int[]> expected, List<int[]> actual) {
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i), "request " + i);
        }
    }

    private void awaitState(EngineStatus.State state) {
        awaitStatus(status -> status.state() == state);
    }

    private void awaitStatus(Predicate<EngineStatus> wanted) {
        while (!wanted.test(engine.status())) {
            Thread.onSpinWait();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static GenerationResult join(Generation generation) {
        return generation.result().toCompletableFuture().join();
    }
}
