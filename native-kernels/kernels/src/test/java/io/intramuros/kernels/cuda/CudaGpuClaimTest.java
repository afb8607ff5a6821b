package io.intramuros.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.kernels.Backend;
import io.intramuros.kernels.BackendUnavailableException;
import io.intramuros.kernels.DeviceFailedException;
import io.intramuros.kernels.cuda.driver.Gpu;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose the GPUs are: one engine's, until it gives all of them back, once. */
final class CudaGpuClaimTest {
    private static final Gpu FIRST = Gpu.all().getFirst();
    private static final Gpu SECOND = Gpu.all().get(1);

    @Test
    void aClaimClosedTwiceDoesNotGiveBackWhatIsAnothersMeanwhile() {
        GpuClaim before = GpuClaim.of(List.of(FIRST, SECOND));
        before.close();
        try (GpuClaim _ = GpuClaim.of(List.of(SECOND))) {
            before.close();
            assertTaken(SECOND);
        }
        assertFree(FIRST, SECOND);
    }

    @Test
    void aClaimThatIsRefusedTakesNothing() {
        try (GpuClaim _ = GpuClaim.of(List.of(SECOND))) {
            assertThrows(BackendUnavailableException.class, () -> GpuClaim.of(List.of(FIRST, SECOND)));
            assertFree(FIRST);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void gpusAreAnEnginesUntilItIsClosed(boolean byTurns) {
        Gpu second = second(SECOND.ordinal(), byTurns);
        try (Backend engine = CudaBackend.openClaimed(List.of(FIRST, second))) {
            assertEquals(byTurns, engine instanceof PipelineBackend);
            assertEquals(2, engine.deviceReadings().size());
            assertTaken(FIRST);
            assertTaken(SECOND);
        }
        assertFree(FIRST, SECOND);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whenOneGpuCanNotBeOpenedNoneStaysOpenOrTaken(boolean byTurns) {
        Gpu gone = second(Gpu.all().size(), byTurns);
        long before = EmulatedMemory.usedBytes(FIRST.ordinal());

        DeviceFailedException refused =
                assertThrows(DeviceFailedException.class, () -> CudaBackend.openClaimed(List.of(FIRST, gone)));

        assertTrue(refused.getMessage().contains("there is no such GPU"), refused.getMessage());
        assertEquals(before, EmulatedMemory.usedBytes(FIRST.ordinal()));
        assertFree(FIRST, SECOND);
    }

    private static void assertTaken(Gpu gpu) {
        BackendUnavailableException refused =
                assertThrows(BackendUnavailableException.class, () -> GpuClaim.of(List.of(gpu)));
        assertTrue(refused.getMessage().contains("used by another engine"), refused.getMessage());
    }

    private static void assertFree(Gpu... gpus) {
        GpuClaim.of(List.of(gpus)).close();
    }

    /** The second GPU under some number, smaller than the first if the two are to take turns. */
    private static Gpu second(int ordinal, boolean smaller) {
        return EmulatedGpus.as(SECOND, ordinal, SECOND.name(), SECOND.memoryBytes() / (smaller ? 2 : 1));
    }
}
