package io.intramuros.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.kernels.cuda.EmulatedFaults;
import io.intramuros.kernels.cuda.EmulatedGpus;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the CUDA backend promises when a GPU breaks: a reason, soon, and room for another backend. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class CudaFaultsTest extends BackendFixture {
    private static final float EPSILON = 1e-5f;
    private static final int COLUMNS = 64;
    private static final int INNER = 96;
    private static final int LAYERS = 3;
    private static final int ROWS = 5;

    @Override
    Backend open(int ranks) {
        return EmulatedGpus.open(ranks);
    }

    @AfterEach
    void mend() {
        EmulatedFaults.none();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0, illegal-address@launch=3, a kernel touched memory that isn't its own",
        "2, 0, ecc@launch=4, ECC",
        "2, 1, illegal-address@launch=1, a kernel touched memory that isn't its own",
        "2, 1, ecc@copy=1, ECC",
        "2, 1, lost@launch=6, fell off the bus",
        "4, 0, timeout@launch=2, ran longer than the driver allows",
        "4, 1, launch-failed@launch=5, a kernel failed",
        "4, 3, lost@copy=1, fell off the bus",
    })
    void aStepOnABrokenGpuEndsWithItsNumberAndTheReason(int ranks, int broken, String fault, String reason) {
        float[][] before;
        try (Backend b = open(ranks)) {
            FeedForward layers = new FeedForward(b);
            before = layers.step();
            EmulatedFaults.ask(fault + ",device=" + broken);

            DeviceFailedException failed = assertThrows(DeviceFailedException.class, layers::step);

            assertTrue(failed.getMessage().contains("GPU " + broken), failed.getMessage());
            assertTrue(failed.getMessage().contains(reason), failed.getMessage());
            DeviceFailedException again = assertThrows(DeviceFailedException.class, layers::step);
            assertEquals(failed.getMessage(), again.getMessage());
        }
        EmulatedFaults.none();
        try (Backend b = open(ranks)) {
            assertArrayEquals(before, new FeedForward(b).step(), "a new backend computes as the broken one had");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whatDoesNotFitIsRefusedAndTheRestGoesOn(int ranks) {
        try (Backend b = open(ranks)) {
            FeedForward layers = new FeedForward(b);
            float[][] before = layers.step();
            PlainTensor large = PlainTensor.random(TensorType.BF16, 128, 64, new Random(1));
            EmulatedFaults.ask("out-of-memory@allocation=1,device=" + (ranks - 1));

            OutOfDeviceMemoryException refused =
                    assertThrows(OutOfDeviceMemoryException.class, () -> b.weight(large.host(), Split.rows(8)));

            assertTrue(refused.getMessage().contains(large.host().name()), refused.getMessage());
            assertTrue(refused.getMessage().contains("GPU " + (ranks - 1)), refused.getMessage());
            assertArrayEquals(before, layers.step(), "what was there before computes as before");
        }
    }

    @Test
    void aGpuThatBreaksWhileWeightsAreBroughtInIsToldWithItsNumber() {
        try (Backend b = open(2)) {
            EmulatedFaults.ask("lost@copy=2,device=1");

            DeviceFailedException failed = assertThrows(DeviceFailedException.class, () -> new FeedForward(b).step());

            assertTrue(failed.getMessage().contains("GPU 1"), failed.getMessage());
        }
    }

    /** Layers that add to the hidden rows, so that each needs the sum over all GPUs of the one before. */
    private static final class FeedForward {
        private final Backend backend;
        private final Activations hidden;
        private final Activations out;
        private final Weight table;
        private final RmsNorm norm;
        private final Weight gate;
        private final Weight up;
        private final Weight down;

        FeedForward(Backend backend) {
            this.backend = backend;
            Random random = new Random(3);
            hidden = backend.activations(ROWS, COLUMNS);
            out = backend.activations(ROWS, INNER);
            table = place(PlainTensor.random(TensorType.F32, ROWS, COLUMNS, random), Split.WHOLE);
            norm = new RmsNorm(place(PlainTensor.random(TensorType.F32, 1, COLUMNS, random), Split.WHOLE), EPSILON);
            gate = place(PlainTensor.random(TensorType.BF16, INNER, COLUMNS, random), Split.rows(8));
            up = place(PlainTensor.random(TensorType.BF16, INNER, COLUMNS, random), Split.rows(8));
            down = place(PlainTensor.random(TensorType.BF16, COLUMNS, INNER, random), Split.columns(8));
        }

        private Weight place(PlainTensor tensor, Split split) {
            return backend.weight(tensor.host(), split);
        }

        float[][] step() {
            backend.beginStep(rows(0, 1, 2, 3, 4));
            try {
                backend.embed(table, hidden);
                for (int layer = 0; layer < LAYERS; layer++) {
                    backend.gatedUp(hidden, norm, gate, up, out);
                    backend.projectAdd(out, down, hidden);
                }
                return backend.read(hidden, ROWS);
            } finally {
                backend.endStep();
            }
        }
    }
}
