package io.intramuros.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.engine.testing.GoldenModels;
import io.intramuros.kernels.cuda.EmulatedGpus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * Every golden model gives on the CUDA backend, divided among any number of GPUs, with captured steps and without, what
 * Hugging Face's transformers computes; and so the tokens of every other backend.
 */
@Timeout(120)
class CudaGoldenModelsTest {
    /** The tensor cores take queries and weights of the softmax as BF16, which has three bits fewer than F16. */
    private static final float HALF_TOLERANCE = 4e-2f;

    @TestFactory
    @Tag("once")
    Stream<DynamicTest> givesTheReferencesLogprobs() throws IOException {
        return dividedModels(1, 4)
                .map(divided -> DynamicTest.dynamicTest(
                        divided.toString(), () -> divided.checks(true).score(divided.model, 256)));
    }

    /** In every order in which the stand-in does what isn't ordered; the other tests run in one of them. */
    @TestFactory
    Stream<DynamicTest> continuesTheSameInWhateverOrderWorkIsDone() {
        return Stream.of("llama-bf16-untied-grouped", "qwen3-f32", "llama-q4_1.gguf")
                .flatMap(name -> Stream.of(1, 3).map(gpus -> new Divided(GoldenModels.path(name), gpus)))
                .map(divided -> DynamicTest.dynamicTest(
                        divided.toString(), () -> divided.checks(true).answer(divided.model)));
    }

    @TestFactory
    @Tag("once")
    Stream<DynamicTest> continuesAsTheReferenceAloneAndInABatch() throws IOException {
        return dividedModels(1, 2, 4, 8)
                .map(divided -> DynamicTest.dynamicTest(
                        divided.toString(), () -> divided.checks(true).answer(divided.model)));
    }

    @TestFactory
    @Tag("once")
    Stream<DynamicTest> continuesTheSameWithoutCapturedSteps() throws IOException {
        return dividedModels(1, 2)
                .map(divided -> DynamicTest.dynamicTest(
                        divided.toString(), () -> divided.checks(false).answer(divided.model)));
    }

    @TestFactory
    @Tag("once")
    Stream<DynamicTest> continuesTheSameOnGpusThatTakeTurnsWithLayers() throws IOException {
        GoldenChecks checks = new GoldenChecks(options -> EmulatedGpus.takingTurns(2));
        return GoldenModels.all().stream()
                // These have a single layer.
                .filter(model -> !model.toString().endsWith("_k.gguf"))
                .map(model -> DynamicTest.dynamicTest(model.getFileName().toString(), () -> checks.answer(model)));
    }

    @TestFactory
    @Tag("once")
    Stream<DynamicTest> aQuantisedModelWhoseBlocksWouldBeCutIsRefusedWithACure() {
        return Stream.of("llama-q4_k.gguf", "llama-q6_k.gguf")
                .map(name -> DynamicTest.dynamicTest(name, () -> assertRefused(GoldenModels.path(name))));
    }

    private static void assertRefused(Path model) throws InterruptedException {
        EngineSettings settings = EngineSettings.of("divided", model);
        try (LocalEngine engine = LocalEngine.start(settings, options -> EmulatedGpus.open(2))) {
            EngineStatus status = engine.awaitLoaded();

            assertEquals(EngineStatus.State.FAILED, status.state());
            for (String part : List.of("blk.0.attn_output.weight", "2 GPUs", "128", "blocks of 256", "1 GPU")) {
                assertTrue(status.detail().contains(part), status.detail());
            }
        }
    }

    private record Divided(Path model, int gpus) {
        GoldenChecks checks(boolean graphs) {
            return new GoldenChecks(options -> EmulatedGpus.open(gpus, graphs), HALF_TOLERANCE);
        }

        @Override
        public String toString() {
            return model.getFileName() + " on " + gpus;
        }
    }

    /** All models on each number of GPUs that they can be divided among. */
    private static Stream<Divided> dividedModels(int... counts) throws IOException {
        List<Divided> all = new ArrayList<>();
        for (Path model : GoldenModels.all()) {
            for (int gpus : counts) {
                if (gpus == 1 || !model.toString().endsWith("_k.gguf")) {
                    all.add(new Divided(model, gpus));
                }
            }
        }
        return all.stream();
    }
}
