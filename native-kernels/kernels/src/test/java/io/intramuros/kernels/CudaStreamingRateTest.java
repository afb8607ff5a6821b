package io.intramuros.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.kernels.DecoderPlan.PlannedWeight;
import io.intramuros.kernels.cuda.EmulatedBus;
import io.intramuros.kernels.cuda.EmulatedGpus;
import io.intramuros.kernels.cuda.EmulatedMemory;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the account says beforehand of the time that streamed layers take: by the rate at which they really come. */
final class CudaStreamingRateTest {
    private static final int GPUS = 2;
    private static final int LAYERS = 6;
    private static final int SEQUENCES = 4;

    /** Large enough to be measured, and what one GPU has of it. */
    private static final int ROWS = 1024;

    private static final int COLUMNS = 8192;
    private static final long SHARE_BYTES = (long) ROWS * COLUMNS * Short.BYTES / GPUS;

    /** Room for a few layers beside the workspace. */
    private static final long LEFT_BYTES = 5 * SHARE_BYTES;

    private static final Pattern EXPECTED = Pattern.compile("(\\d+) of " + LAYERS + " layers do not fit: .*"
            + "At (\\d+\\.\\d) GB/s \\((\\w+).*at most ([\\d.]+) tokens/s .* with " + SEQUENCES
            + " answers at once, and ([\\d.]+) with one");

    @AfterEach
    void letTheBusesBeAsFastAsTheyAre() {
        for (int gpu = 0; gpu < GPUS; gpu++) {
            EmulatedBus.setBytesPerSecond(gpu, 0);
        }
    }

    @ParameterizedTest
    @CsvSource({"50e9, 12.5e9", "12.5e9, 50e9", "12.5e9, 12.5e9"})
    void theRateOfTheSlowestBusIsMeasuredAndTheTokensPerSecondFollowFromIt(double first, double second) {
        EmulatedBus.setBytesPerSecond(0, first);
        EmulatedBus.setBytesPerSecond(1, second);

        Matcher expected = expected();

        assertEquals("12.5", expected.group(2));
        assertEquals("measured", expected.group(3));
        double steps = 12.5e9 / (Integer.parseInt(expected.group(1)) * SHARE_BYTES);
        assertEquals(steps * SEQUENCES, Double.parseDouble(expected.group(4)), steps * SEQUENCES / 100);
        assertEquals(steps, Double.parseDouble(expected.group(5)), steps / 100);
    }

    /** What a plan says whose layers don't all fit. */
    private static Matcher expected() {
        try (EmulatedMemory.Taken _ = EmulatedMemory.leave(GPUS, EmulatedMemory.freeFor(LEFT_BYTES));
                Backend backend = EmulatedGpus.open(GPUS, true, false)) {
            String account = backend.plan(plan()).account();
            Matcher expected = EXPECTED.matcher(account);
            assertTrue(expected.find(), account);
            return expected;
        }
    }

    private static DecoderPlan plan() {
        return new DecoderPlan(
                List.of(weight(16, 64)),
                Collections.nCopies(LAYERS, List.of(weight(ROWS, COLUMNS))),
                new KvLayout(LAYERS, 1, 16, GPUS, 16, TensorType.BF16),
                SEQUENCES,
                SEQUENCES,
                SEQUENCES,
                SEQUENCES,
                SEQUENCES,
                List.of(64),
                GPUS,
                16);
    }

    /** A weight that is planned and never placed. */
    @SuppressWarnings("restricted") // Only its size matters.
    private static PlannedWeight weight(int rows, int columns) {
        MemorySegment nowhere = MemorySegment.NULL.reinterpret(rows * TensorType.BF16.rowBytes(columns));
        return new PlannedWeight(new HostTensor("nowhere", TensorType.BF16, rows, columns, nowhere), Split.rows(1));
    }
}
