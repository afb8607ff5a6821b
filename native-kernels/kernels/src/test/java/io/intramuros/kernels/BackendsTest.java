package io.intramuros.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

final class BackendsTest {
    @Test
    void anUnknownBackendIsRefusedWithTheKnownNames() {
        Exception refused = assertThrows(
                IllegalArgumentException.class, () -> Backends.open("abacus", BackendOptions.ofThreads(1)));
        assertTrue(
                refused.getMessage().contains("abacus") && refused.getMessage().contains("vector"));
        assertThrows(IllegalArgumentException.class, () -> Backends.open("vector", BackendOptions.ofThreads(0)));
    }

    @Test
    void theVectorBackendNamesItselfAndItsWidth() {
        try (Backend backend = Backends.open("vector", BackendOptions.ofThreads(2))) {
            assertEquals("vector", backend.name());
            assertTrue(backend.description().matches(".*\\d+-bit vectors, 2 threads"), backend.description());
        }
    }

    @Test
    void weightsInMemoryOfOneThreadAreRefusedBeforeAnyThreadTrips() {
        try (Backend backend = Backends.open("vector", BackendOptions.ofThreads(2));
                Arena confined = Arena.ofConfined()) {
            HostTensor tensor = new HostTensor("head", TensorType.F32, 2, 2, confined.allocate(16));
            Exception refused = assertThrows(IllegalArgumentException.class, () -> backend.weight(tensor, Split.WHOLE));
            assertTrue(refused.getMessage().contains("head"));
        }
    }

    @Test
    void closingTwiceIsHarmless() {
        Backend backend = Backends.open("vector", BackendOptions.ofThreads(2));
        backend.close();
        backend.close();
    }
}
