package io.intramuros.engine.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.kernels.BrokenGpu;
import io.intramuros.kernels.DeviceFailedException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RecoveryTest {
    private Instant now = Instant.parse("2026-01-05T09:00:00Z");
    private final Recovery recovery = new Recovery(() -> now);

    @Test
    void anEngineThatKeepsFailingIsGivenUp() {
        for (int i = 0; i < Recovery.MOST_ATTEMPTS; i++) {
            assertTrue(recovery.after(fault()));
        }
        assertFalse(recovery.after(fault()));
    }

    @Test
    void faultsFarApartAreEachRecoveredFrom() {
        for (int i = 0; i < 10 * Recovery.MOST_ATTEMPTS; i++) {
            assertTrue(recovery.after(fault()));
            now = now.plus(Recovery.WINDOW.dividedBy(Recovery.MOST_ATTEMPTS)).plus(Duration.ofSeconds(1));
        }
    }

    @Test
    void everyBrokenGpuStaysLeftOutAndIsNamed() {
        assertEquals("", recovery.account());
        recovery.after(fault(3));
        recovery.after(fault());
        recovery.after(fault(1));

        assertEquals(Set.of(1, 3), recovery.leftOut().keySet());
        assertEquals(
                "Loaded anew after a fault: The GPU is gone. GPU 1, GPU 3 left out: not used until the engine is changed"
                        + " or added anew. ",
                recovery.account());
    }

    private static DeviceFailedException fault(int... broken) {
        return new DeviceFailedException(
                "The GPU is gone.",
                null,
                Arrays.stream(broken)
                        .mapToObj(gpu -> new BrokenGpu(gpu, "0000:0" + gpu + ":00.0", "H100", "gone"))
                        .toList());
    }
}
