package io.intramuros.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.intramuros.engine.local.LocalEngine;
import io.intramuros.engine.testing.GoldenModels;
import io.intramuros.kernels.cuda.EmulatedGpus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
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

    private static final String BF16 = "llama-bf16-untied-grouped";

    /** One of each kind of weights that is divided in its own way, with as many KV heads as queries' heads, half, and one. */
    private static final List<String> KINDS = List.of(BF16, "llama-f16-sharded", "llama-f32-tied", "llama-q4_1.gguf");

    @TestFactory
    @Tag("once")
    Stream<DynamicTest> givesTheReferencesLogprobs() throws IOException {
        return Stream.concat(allModels(1), each(KINDS, 4))
                .map(divided -> divided.test(checks -> checks.score(divided.model, 256)));
    }

    /** In every order in which the stand-in does what isn't ordered; the other tests run in one of them. */
    @TestFactory
    Stream<DynamicTest> continuesTheSameInWhateverOrderWorkIsDone() {
        return Stream.concat(each(List.of(BF16), 1), each(List.of(BF16, "qwen3-f32", "llama-q4_1.gguf"), 3))
                .map(divided -> divided.test(checks -> checks.answer(divided.model)));
    }

    @TestFactory
    @Tag("once")
    Stream<DynamicTest> continuesAsTheReferenceAloneAndInABatch() throws IOException {
        return Stream.concat(allModels(1, 2), each(KINDS, 4, 8))
                .map(divided -> divided.test(checks -> checks.answer(divided.model)));
    }

    @TestFactory
    @Tag("once")
    Stream<DynamicTest> continuesTheSameWithoutCapturedSteps() {
        return Stream.concat(each(List.of(BF16), 1, 2, 4, 8), each(List.of("qwen3-f32", "llama-q4_1.gguf"), 2))
                .map(divided -> divided.withoutGraphs().test(checks -> checks.answer(divided.model)));
    }

    @TestFactory
    @Tag("once")
    Stream<DynamicTest> continuesTheSameOnGpusThatTakeTurnsWithLayers() {
        GoldenChecks checks = new GoldenChecks(options -> EmulatedGpus.takingTurns(2));
        return Stream.of(BF16, "qwen2-bf16-tied", "llama-f16-sharded", "qwen3-f32", "llama-q4_1.gguf")
                .map(model -> DynamicTest.dynamicTest(model, () -> {
                    EmulatedGpus.first(2);
                    checks.answer(GoldenModels.path(model));
                }));
    }

    @TestFactory
    @Tag("once")
    Stream<DynamicTest> aQuantisedModelWhoseBlocksWouldBeCutIsRefusedWithACure() {
        return Stream.of("Q4_K", "Q6_K").map(type -> DynamicTest.dynamicTest(type, () -> assertRefused(type)));
    }

    private static void assertRefused(String type) throws InterruptedException {
        EmulatedGpus.first(2);
        Path model = GoldenModels.path("llama-" + type.toLowerCase(Locale.ROOT) + ".gguf");
        EngineSettings settings = EngineSettings.of("divided", model);
        try (LocalEngine engine = LocalEngine.start(settings, options -> EmulatedGpus.open(2))) {
            EngineStatus status = engine.awaitLoaded();

            assertEquals(EngineStatus.State.FAILED, status.state());
            assertEquals(
                    model + ": the model can't be divided among 2 GPUs: the columns of blk.0.attn_output.weight belong"
                            + " together by 128, but " + type + " stores them in blocks of 256, which can't be cut."
                            + " Name 1 GPU in the engine's devices, or take the model in a format without blocks, such as"
                            + " BF16",
                    status.detail());
        }
    }

    /** A check of one model. */
    private interface Check {
        void run(GoldenChecks checks) throws IOException, InterruptedException;
    }

    private record Divided(Path model, int gpus, boolean graphs) {
        Divided withoutGraphs() {
            return new Divided(model, gpus, false);
        }

        DynamicTest test(Check check) {
            GoldenChecks checks = new GoldenChecks(options -> EmulatedGpus.open(gpus, graphs), HALF_TOLERANCE);
            return DynamicTest.dynamicTest(model.getFileName() + " on " + gpus, () -> {
                EmulatedGpus.first(gpus);
                check.run(checks);
            });
        }
    }

    /** All models on each number of GPUs that they can be divided among. */
    private static Stream<Divided> allModels(int... counts) throws IOException {
        return GoldenModels.all().stream()
                .flatMap(model -> IntStream.of(counts)
                        .filter(gpus -> gpus == 1 || !model.toString().endsWith("_k.gguf"))
                        .mapToObj(gpus -> new Divided(model, gpus, true)));
    }

    /** Each of some models on each number of GPUs. */
    private static Stream<Divided> each(List<String> models, int... counts) {
        return models.stream()
                .flatMap(name ->
                        IntStream.of(counts).mapToObj(gpus -> new Divided(GoldenModels.path(name), gpus, true)));
    }
}
