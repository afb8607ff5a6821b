package io.intramuros.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.engine.generation.Answer;
import io.intramuros.engine.local.LocalEngine;
import io.intramuros.engine.testing.GoldenModels;
import io.intramuros.engine.testing.Recorder;
import io.intramuros.kernels.Backend;
import io.intramuros.kernels.cuda.EmulatedGpus;
import io.intramuros.kernels.cuda.EmulatedMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** Golden models on GPUs whose memory is too small for them, and the memory of those that are large enough. */
@Timeout(300)
class CudaSmallCardTest {
    private static final String MODEL = "llama-bf16-untied-grouped";

    @TestFactory
    @Tag("streaming")
    Stream<DynamicTest> aModelThatDoesNotFitIsStreamedAndContinuesAsTheReference() {
        Stream<DynamicTest> near = Stream.of(MODEL, "llama-q8_0.gguf", "qwen3-f32")
                .flatMap(model -> Stream.of(1, 2).map(gpus -> streamed(model, gpus, "", EmulatedGpus::open)));
        return Stream.concat(near, Stream.of(streamed(MODEL, 2, " apart", EmulatedGpus::openApart)));
    }

    private static DynamicTest streamed(String model, int gpus, String where, IntFunction<Backend> open) {
        return DynamicTest.dynamicTest(
                model + " on " + gpus + where, () -> streamed(GoldenModels.path(model), gpus, () -> open.apply(gpus)));
    }

    private static void streamed(Path model, int gpus, Supplier<Backend> open)
            throws IOException, InterruptedException {
        long tooLittle = need(model, open) - EmulatedMemory.PIECE;
        try (EmulatedMemory.Taken _ = EmulatedMemory.leave(gpus, EmulatedMemory.freeFor(tooLittle));
                LocalEngine engine = LocalEngine.start(settings(model), options -> open.get())) {
            EngineStatus status = engine.awaitLoaded();
            assertEquals(EngineStatus.State.READY, status.state(), status::detail);
            assertTrue(status.detail().contains("layers do not fit"), status::detail);
            assertTrue(status.detail().contains("tokens/s"), status::detail);
            continuesAsTheReference(engine, model);
        }
    }

    @Test
    void answersTakeNoMemory() throws IOException, InterruptedException {
        Path model = GoldenModels.path(MODEL);
        try (LocalEngine engine = LocalEngine.start(settings(model), options -> EmulatedGpus.open(2))) {
            EngineStatus status = engine.awaitLoaded();
            assertEquals(EngineStatus.State.READY, status.state(), status::detail);
            long before = EmulatedMemory.allocationsEver();

            continuesAsTheReference(engine, model);

            assertEquals(before, EmulatedMemory.allocationsEver());
        }
    }

    @Test
    void anEngineThatIsClosedLeavesNothingOnItsGpus() throws InterruptedException {
        long pinned = EmulatedMemory.pinnedPieces();
        long used = EmulatedMemory.usedBytes(0);

        assertTrue(need(GoldenModels.path(MODEL), () -> EmulatedGpus.open(1)) > 0);

        assertEquals(pinned, EmulatedMemory.pinnedPieces());
        assertEquals(used, EmulatedMemory.usedBytes(0));
    }

    /** Answers texts one after the other, then all at once. */
    private static void continuesAsTheReference(LocalEngine engine, Path model) throws IOException {
        List<GoldenModels.Text> texts = GoldenModels.expected(model).texts();
        for (GoldenModels.Text text : texts) {
            assertArrayEquals(text.greedy(), drawn(submit(engine, text)), text.text());
        }
        List<Answer> together = new ArrayList<>();
        texts.forEach(text -> together.add(submit(engine, text)));
        for (int i = 0; i < texts.size(); i++) {
            assertArrayEquals(
                    texts.get(i).greedy(), drawn(together.get(i)), texts.get(i).text());
        }
    }

    private static Answer submit(LocalEngine engine, GoldenModels.Text text) {
        GenerationRequest request = new GenerationRequest(
                engine.encode(new Prompt.Tokens(text.prompt())),
                text.greedy().length,
                Sampling.GREEDY,
                List.of(),
                true);
        return engine.submit(request, new Recorder());
    }

    private static int[] drawn(Answer answer) {
        answer.result().toCompletableFuture().join();
        return answer.drawnTokens();
    }

    /** What a model takes of the GPU that has most of it. */
    private static long need(Path model, Supplier<Backend> open) throws InterruptedException {
        long before = EmulatedMemory.usedBytes(0);
        try (LocalEngine engine = LocalEngine.start(settings(model), options -> open.get())) {
            EngineStatus status = engine.awaitLoaded();
            assertEquals(EngineStatus.State.READY, status.state(), status::detail);
            return EmulatedMemory.usedBytes(0) - before;
        }
    }

    private static EngineSettings settings(Path model) {
        return EngineSettings.with("small", model)
                .maxBatchSize(3)
                .maxQueue(8)
                .cacheBytes(1 << 19)
                .tokenBudget(11)
                .build();
    }
}
