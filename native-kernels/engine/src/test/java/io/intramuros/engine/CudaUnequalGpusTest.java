package io.intramuros.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.engine.local.LocalEngine;
import io.intramuros.engine.testing.Recorder;
import io.intramuros.engine.testing.TinyModel;
import io.intramuros.kernels.Backend;
import io.intramuros.kernels.TensorType;
import io.intramuros.kernels.cuda.EmulatedGpus;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An engine on GPUs that aren't alike: it answers, and its state says why it is slower than it might be. */
@Timeout(180)
class CudaUnequalGpusTest {
    private static final int PATIENCE_SECONDS = 60;

    @TempDir
    static Path directory;

    @Test
    void gpusOfDifferentKindsAnswerAndTheStateSaysThatTheSlowestSetsThePace() throws Exception {
        assertAnswersAndSays(
                EmulatedGpus::openOfDifferentKinds,
                "Another GPU (GPU 1",
                "of different kinds",
                "as long as on the slowest",
                "smallest memory");
    }

    @Test
    void gpusOfDifferentSizesAnswerAndTheStateSaysWhichLayersAreWhereAndThatTheirTimesAddUp() throws Exception {
        assertAnswersAndSays(
                EmulatedGpus::openOfDifferentSizes,
                "(GPU 1, 1 GiB)",
                "of different sizes",
                "as long as on all of them together",
                "GPU 0 has 1 to 1, GPU 1 has 2 to 2");
    }

    private static void assertAnswersAndSays(Supplier<Backend> gpus, String... parts) throws Exception {
        EngineSettings settings = EngineSettings.with(
                        "unequal", TinyModel.write(directory.resolve("tiny.gguf"), TensorType.BF16))
                .cacheBytes(1 << 20)
                .build();
        try (LocalEngine engine = LocalEngine.start(settings, options -> gpus.get())) {
            engine.awaitLoaded();
            GenerationRequest request = new GenerationRequest(
                    engine.encode(new Prompt.Text("Hello, GPUs")), 4, Sampling.GREEDY, List.of(), true);
            GenerationResult result = engine.submit(request, new Recorder())
                    .result()
                    .toCompletableFuture()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);

            assertEquals(FinishReason.LENGTH, result.reason());
            assertEquals(EngineStatus.State.READY, engine.status().state());
            String detail = engine.status().detail();
            for (String part : parts) {
                assertTrue(detail.contains(part), () -> part + " is missing in: " + detail);
            }
        }
    }
}
