package io.intramuros.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.kernels.cuda.EmulatedFaults;
import io.intramuros.kernels.cuda.EmulatedGpus;
import io.intramuros.kernels.cuda.EmulatedMemory;
import io.intramuros.kernels.cuda.driver.CudaException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the CUDA backend promises of memory: a plan that holds, steps that take none, nothing left behind. */
final class CudaMemoryTest {
    private static final Map<Machine, Long> LEAST = new HashMap<>();

    private static final int SEQUENCES = 3;
    private static final int PROMPT = 9;

    /** So many GPUs, which may lie apart: then none reaches another's memory. */
    private record Machine(int gpus, boolean apart) {
        Backend open() {
            return apart ? EmulatedGpus.openApart(gpus) : EmulatedGpus.open(gpus);
        }
    }

    @AfterEach
    void breakNothingMore() {
        EmulatedFaults.none();
    }

    @ParameterizedTest
    @CsvSource({"1, false", "2, false", "2, true"})
    void aPlanTakesWhatItSaysToTheLastPiece(int gpus, boolean apart) {
        Machine machine = new Machine(gpus, apart);
        long need = need(machine);
        try (EmulatedMemory.Taken _ = EmulatedMemory.leave(gpus, EmulatedMemory.freeFor(need));
                Backend backend = machine.open()) {
            SmallDecoder decoder = new SmallDecoder(backend);
            decoder.answers(SEQUENCES, PROMPT, 3);
            assertFalse(decoder.account().contains("do not fit"), decoder.account());
        }
        try (EmulatedMemory.Taken _ = EmulatedMemory.leave(gpus, EmulatedMemory.freeFor(need - EmulatedMemory.PIECE));
                Backend backend = machine.open()) {
            SmallDecoder decoder = new SmallDecoder(backend);
            assertTrue(decoder.account().contains("do not fit"), decoder.account());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void stepsTakeNoMemory(int gpus) {
        try (Backend backend = EmulatedGpus.open(gpus)) {
            SmallDecoder decoder = new SmallDecoder(backend);
            long before = EmulatedMemory.allocationsEver();

            for (int sequences = 1; sequences <= SEQUENCES; sequences++) {
                decoder.answers(sequences, PROMPT, 6);
                decoder.answers(sequences, 16, 2);
            }

            assertEquals(before, EmulatedMemory.allocationsEver());
        }
    }

    @ParameterizedTest
    @Tag("streaming")
    @CsvSource({
        "1, false, 0.2",
        "1, false, 0.5",
        "1, false, 1",
        "2, false, 0.3",
        "2, false, 1",
        "2, true, 0.3",
        "2, true, 1"
    })
    void layersThatDoNotFitComeFromTheHostAndTheAnswersAreTheSameToTheBit(int gpus, boolean apart, double missingPart) {
        Machine machine = new Machine(gpus, apart);
        List<Float> expected = resident(gpus);
        long need = need(machine);
        long least = least(machine);
        long left = need - (long) ((need - least) * missingPart) / EmulatedMemory.PIECE * EmulatedMemory.PIECE;
        try (EmulatedMemory.Taken _ = EmulatedMemory.leave(gpus, EmulatedMemory.freeFor(left));
                Backend backend = machine.open()) {
            SmallDecoder decoder = new SmallDecoder(backend);
            long before = EmulatedMemory.allocationsEver();

            assertEquals(expected, decoder.answers(SEQUENCES, PROMPT, 5));
            // The first layers of the next step have been fetched by the last.
            assertEquals(expected, decoder.answers(SEQUENCES, PROMPT, 5));

            assertTrue(
                    decoder.account().contains("of " + SmallDecoder.LAYERS + " layers do not fit"), decoder.account());
            assertTrue(decoder.account().contains("tokens/s"), decoder.account());
            assertEquals(before, EmulatedMemory.allocationsEver());
        }
    }

    @Test
    void whatDoesNotFitIsRefusedWithAnAccountBeforeAnythingIsTaken() {
        long least = least(new Machine(1, false));
        try (EmulatedMemory.Taken _ = EmulatedMemory.leave(1, EmulatedMemory.freeFor(least - EmulatedMemory.PIECE));
                Backend backend = EmulatedGpus.open(1)) {
            long before = EmulatedMemory.allocationsEver();

            String message = assertThrows(OutOfDeviceMemoryException.class, () -> new SmallDecoder(backend))
                    .getMessage();

            assertEquals(before, EmulatedMemory.allocationsEver());
            for (String part :
                    List.of("GPU 0", "of weights", "of workspace", "of cache", "free", "more or larger GPUs")) {
                assertTrue(message.contains(part), message);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, ''",
        "2, ''",
        "1, ecc@launch=40",
        "1, illegal-address@launch=90",
        "1, lost@copy=4",
        "2, out-of-memory@allocation=9"
    })
    void aClosedBackendLeavesNothingBehindWhateverHappened(int gpus, String fault) {
        long pinned = EmulatedMemory.pinnedPieces();
        List<Long> used = usedBytes(gpus);
        EmulatedFaults.ask(fault);
        try (Backend backend = EmulatedGpus.open(gpus)) {
            new SmallDecoder(backend).answers(SEQUENCES, PROMPT, 4);
            assertTrue(fault.isEmpty(), "the fault was not noticed");
        } catch (DeviceFailedException | OutOfDeviceMemoryException | CudaException e) {
            assertFalse(fault.isEmpty(), e.toString());
        }
        EmulatedFaults.none();
        assertEquals(pinned, EmulatedMemory.pinnedPieces());
        assertEquals(used, usedBytes(gpus));
    }

    private static List<Long> usedBytes(int gpus) {
        return IntStream.range(0, gpus).mapToObj(EmulatedMemory::usedBytes).toList();
    }

    /** The answers of GPUs that hold all layers and reach each other. */
    private static List<Float> resident(int gpus) {
        try (Backend backend = EmulatedGpus.open(gpus)) {
            return new SmallDecoder(backend).answers(SEQUENCES, PROMPT, 5);
        }
    }

    /** What the backend and the whole decoder take of the GPU that has most of it. */
    private static long need(Machine machine) {
        long before = EmulatedMemory.usedBytes(0);
        try (Backend backend = machine.open()) {
            new SmallDecoder(backend);
            return EmulatedMemory.usedBytes(0) - before;
        }
    }

    /** The least with which the decoder runs. */
    private static long least(Machine machine) {
        return LEAST.computeIfAbsent(machine, CudaMemoryTest::searchLeast);
    }

    private static long searchLeast(Machine machine) {
        long low = EmulatedMemory.PIECE;
        long high = need(machine);
        while (high - low > EmulatedMemory.PIECE) {
            long middle = (low + high) / 2 / EmulatedMemory.PIECE * EmulatedMemory.PIECE;
            if (fits(machine, middle)) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }

    private static boolean fits(Machine machine, long bytes) {
        try (EmulatedMemory.Taken _ = EmulatedMemory.leave(machine.gpus(), EmulatedMemory.freeFor(bytes));
                Backend backend = machine.open()) {
            new SmallDecoder(backend);
            return true;
        } catch (OutOfDeviceMemoryException e) {
            return false;
        }
    }
}
