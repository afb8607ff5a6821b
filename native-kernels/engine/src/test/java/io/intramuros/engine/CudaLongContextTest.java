package io.intramuros.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.intramuros.engine.decoder.LoadedModel;
import io.intramuros.engine.decoder.Scorer;
import io.intramuros.engine.generation.Answer;
import io.intramuros.engine.local.LocalEngine;
import io.intramuros.engine.testing.Recorder;
import io.intramuros.engine.testing.TinyModel;
import io.intramuros.kernels.Backend;
import io.intramuros.kernels.BackendOptions;
import io.intramuros.kernels.Backends;
import io.intramuros.kernels.SampledToken;
import io.intramuros.kernels.TensorType;
import io.intramuros.kernels.cuda.EmulatedGpus;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Long prompts and long answers on the CUDA backend: through tensor-core tiles, prompt attention and attention that is
 * split along the context, as the vector backend computes them.
 */
@Timeout(180)
class CudaLongContextTest {
    private static final int CONTEXT = 1024;

    /** What BF16 rounding in another order makes of a log-probability. */
    private static final float TOLERANCE = 2e-2f;

    /** Just short of the third of attention's partitions of 256 tokens, and what leads into the fourth. */
    private static final int PROMPT = 756;

    private static final int ANSWER = 24;

    @TempDir
    static Path directory;

    private static Path model;

    @BeforeAll
    static void write() {
        model = TinyModel.write(directory.resolve("tiny.gguf"), TensorType.BF16, CONTEXT, 0.25);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    @Tag("once")
    void promptsOfEveryLengthOfAStepAreScoredAsOnTheProcessor(int gpus) {
        int[] tokens = tokens(700, 1);
        float[] expected = score(CudaLongContextTest::vector, 256, tokens);
        // Rows for the decode kernels, one tile of the tensor cores, and prompts of several tiles.
        for (int chunk : gpus == 1 ? new int[] {40, 65, 129, 256} : new int[] {129}) {
            float[] actual = score(options -> EmulatedGpus.open(gpus), chunk, tokens);
            assertArrayEquals(expected, actual, TOLERANCE, "in chunks of " + chunk);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void anAnswerGrowsThroughThePartitionsOfALongContextByReplayedSteps(int gpus) throws InterruptedException {
        int[] prompt = tokens(PROMPT, 2);
        int[] replayed = answer(options -> EmulatedGpus.open(gpus, true), prompt);
        int[] launched = answer(options -> EmulatedGpus.open(gpus, false), prompt);

        assertArrayEquals(launched, replayed);
        assertMostProbable(prompt, replayed);
    }

    @Test
    void aPromptWhoseBeginIsInTheCacheIsAnsweredAsIfItWereNot() throws InterruptedException {
        int[] first = tokens(300, 3);
        int[] second = Arrays.copyOf(first, 310);
        System.arraycopy(tokens(20, 4), 0, second, 290, 20);
        int[] fresh = answer(options -> EmulatedGpus.open(2), second);
        try (LocalEngine engine = start(options -> EmulatedGpus.open(2))) {
            answer(engine, first);
            assertArrayEquals(fresh, answer(engine, second));
        }
        assertMostProbable(second, fresh);
    }

    /** The vector backend finds no token more probable than those, but for rounding. */
    private static void assertMostProbable(int[] prompt, int[] answer) {
        int[] all = Arrays.copyOf(prompt, prompt.length + answer.length);
        System.arraycopy(answer, 0, all, prompt.length, answer.length);
        List<SampledToken> scores;
        try (LoadedModel loaded = LoadedModel.load(settings(), CudaLongContextTest::vector, progress -> {})) {
            scores = new Scorer(loaded, 256).score(all, 1);
        }
        for (int i = prompt.length; i < all.length; i++) {
            SampledToken score = scores.get(i - 1);
            assertEquals(score.topLogprobs()[0], score.logprob(), 2 * TOLERANCE, "token " + i);
        }
    }

    private static float[] score(Function<BackendOptions, Backend> backend, int chunk, int[] tokens) {
        try (LoadedModel loaded = LoadedModel.load(settings(), backend, progress -> {})) {
            List<SampledToken> scores = new Scorer(loaded, chunk).score(tokens, 0);
            float[] logprobs = new float[scores.size()];
            for (int i = 0; i < logprobs.length; i++) {
                logprobs[i] = scores.get(i).logprob();
            }
            return logprobs;
        }
    }

    private static int[] answer(Function<BackendOptions, Backend> backend, int[] prompt) throws InterruptedException {
        try (LocalEngine engine = start(backend)) {
            return answer(engine, prompt);
        }
    }

    private static int[] answer(LocalEngine engine, int[] prompt) {
        Answer answer = engine.submit(
                new GenerationRequest(
                        engine.encode(new Prompt.Tokens(prompt)), ANSWER, Sampling.GREEDY, List.of(), true),
                new Recorder());
        GenerationResult result = answer.result().toCompletableFuture().join();
        assertEquals(FinishReason.LENGTH, result.reason(), () -> result.error().orElse(""));
        return answer.drawnTokens();
    }

    private static LocalEngine start(Function<BackendOptions, Backend> backend) throws InterruptedException {
        LocalEngine engine = LocalEngine.start(settings(), backend);
        assertEquals(EngineStatus.State.READY, engine.awaitLoaded().state(), engine.status()::detail);
        return engine;
    }

    private static Backend vector(BackendOptions options) {
        return Backends.open("vector", options);
    }

    private static EngineSettings settings() {
        return EngineSettings.with("long", model)
                .threads(2)
                .maxBatchSize(2)
                .cacheBytes(4 << 20)
                .tokenBudget(256)
                .build();
    }

    private static int[] tokens(int count, long seed) {
        return new Random(seed).ints(count, 0, TinyModel.END).toArray();
    }
}
