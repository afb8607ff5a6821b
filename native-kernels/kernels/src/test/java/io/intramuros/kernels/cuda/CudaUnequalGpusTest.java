package io.intramuros.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.kernels.Backend;
import io.intramuros.kernels.LogLines;
import io.intramuros.kernels.cuda.driver.Gpu;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What an administrator is told of GPUs that aren't alike: why they are slow together, in the log and ever after. */
final class CudaUnequalGpusTest {
    @Test
    void gpusOfDifferentKindsShareEveryLayerAndSayThatTheSlowestSetsThePace() {
        List<Gpu> gpus = EmulatedGpus.ofDifferentKinds();
        String told = told(gpus);

        assertTrue(told.contains("Another GPU (GPU 1"), told);
        assertTrue(told.contains("different kinds"), told);
        assertTrue(told.contains("each step takes as long as on the slowest"), told);
        assertTrue(told.contains("the smallest memory limits all"), told);
        try (Backend backend = CudaBackend.openClaimed(gpus)) {
            assertTrue(backend.description().contains("(GPU 0"), backend.description());
            assertTrue(backend.description().endsWith(cost(told)), backend.description());
        }
    }

    @Test
    void gpusOfDifferentSizesTakeTurnsAndSayThatTheirTimesAddUp() {
        List<Gpu> gpus = EmulatedGpus.ofDifferentSizes();
        String told = told(gpus);

        assertTrue(told.contains("GPU 1, 1 GiB"), told);
        assertTrue(told.contains("different sizes"), told);
        assertTrue(told.contains("each step takes as long as on all of them together"), told);
        try (Backend backend = CudaBackend.openClaimed(gpus)) {
            assertTrue(backend.description().contains("(GPU 0"), backend.description());
            assertTrue(backend.description().endsWith(cost(told)), backend.description());
        }
    }

    @Test
    void gpusThatAreAlikeAreNothingToSpeakOf() {
        List<Gpu> gpus = Gpu.all().subList(0, 2);
        try (LogLines log = new LogLines(GpuChoice.class.getName())) {
            GpuChoice.choose(gpus, List.of(), Set.of());
            assertEquals(List.of(), log.lines());
        }
        try (Backend backend = CudaBackend.openClaimed(gpus)) {
            assertFalse(backend.description().contains("different"), backend.description());
        }
    }

    /** The one line in the log when GPUs are chosen. */
    private static String told(List<Gpu> gpus) {
        try (LogLines log = new LogLines(GpuChoice.class.getName())) {
            assertEquals(gpus, GpuChoice.choose(gpus, List.of(), Set.of()));
            assertEquals(1, log.lines().size(), log.lines()::toString);
            return log.lines().getFirst();
        }
    }

    /** What follows the GPUs' names, without the full stop. */
    private static String cost(String told) {
        return told.substring(told.indexOf("; "), told.length() - 1);
    }
}
