package io.intramuros.kernels.cuda.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;

/** What the report about a 70B model says of the steps that the backend makes; it is part of the build's reports. */
@DisabledIfEnvironmentVariable(
        named = "INTRAMUROS_EMULATOR_COPIES",
        matches = "eager",
        disabledReason = "nothing is copied here, so one run says it all")
final class CudaPredictionTest {
    private static final Path REPORT = Path.of("target/cuda/prediction.md");

    /** Of one GPU: the kernels of a layer are nine at most, those around the layers three. */
    private static final int MOST_LAUNCHES = 80 * 9 + 3;

    private static List<String> lines;

    @BeforeAll
    static void makeTheReport() throws IOException, InterruptedException {
        StandInProcess.run(
                PredictionReport.class,
                Map.of(
                        "KERNELS_EMPTY", "1",
                        "DEVICES", "8",
                        "MULTIPROCESSORS", "132",
                        "MEMORY_BYTES", "200000000000"),
                REPORT.toString());
        lines = Files.readAllLines(REPORT);
    }

    @Test
    void weightsAreNearlyAllThatADecodeStepOfA70BModelMoves() {
        for (int gpus : new int[] {1, 2, 4, 8}) {
            String[] account = account(gpus, 1);
            assertTrue(number(account[7]) >= 97, () -> String.join("|", account));
            assertTrue(number(account[8]) <= 1, () -> String.join("|", account));
            assertEquals(139.0, number(account[3]), 0.01);
        }
    }

    @Test
    void aDecodeStepOfA70BModelIsFewLaunches() {
        for (int gpus : new int[] {1, 2, 4, 8}) {
            assertTrue(number(account(gpus, 1)[9]) <= MOST_LAUNCHES, () -> String.join("|", account(gpus, 1)));
        }
    }

    @Test
    void cardsThatCannotHoldTheModelAreMarked() {
        assertTrue(lines.contains("| H100 80 GB SXM | 1 | — | — | — |"), () -> String.join("\n", lines));
        assertTrue(lines.stream().noneMatch(line -> line.startsWith("| H100 80 GB SXM | 2 | —")));
    }

    /** The cells of a line of the first table, from the second on. */
    private static String[] account(int gpus, int sequences) {
        String begin = "| " + gpus + " | " + sequences + " |";
        return lines.stream()
                .filter(line -> line.startsWith(begin))
                .findFirst()
                .map(line -> line.split("\\|"))
                .orElseThrow(() -> new AssertionError("no line begins with " + begin));
    }

    private static double number(String cell) {
        return Double.parseDouble(cell.replaceAll("[+% ]", ""));
    }
}
