package io.intramuros.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CudaDriverTest {
    @Test
    void withoutAStandInTheSystemsDriverIsAsked() {
        assertEquals(Optional.empty(), CudaDriver.of(Map.of()).standIn());
        assertEquals(
                Optional.empty(), CudaDriver.of(Map.of(CudaDriver.STAND_IN, "")).standIn());
    }

    @Test
    void aStandInThatIsNotThereIsNamedBeforeAnythingStarts(@TempDir Path folder) {
        Map<String, String> environment = Map.of(CudaDriver.STAND_IN, folder.toString());

        String refused = assertThrows(RunException.class, () -> CudaDriver.of(environment))
                .getMessage();

        assertTrue(refused.contains(CudaDriver.STAND_IN) && refused.contains("libcuda.so.1"), refused);
    }

    @ParameterizedTest
    @CsvSource({"0, 2, true", "0, 0, false", "100, 2, false", "802, 8, false"})
    void aDriverFindsAGpuIfItStartsAndCountsOne(int started, int gpus, boolean found, @TempDir Path folder)
            throws Exception {
        Path source = Files.writeString(
                folder.resolve("driver.c"),
                "int cuInit(unsigned flags) { return " + started + "; }\n"
                        + "int cuDeviceGetCount(int *count) { *count = " + gpus + "; return 0; }\n");
        Process compiler = new ProcessBuilder(
                        "gcc",
                        "-shared",
                        "-fPIC",
                        "-o",
                        folder.resolve("libcuda.so.1").toString(),
                        source.toString())
                .inheritIO()
                .start();
        assertEquals(0, compiler.waitFor());

        assertEquals(
                found,
                CudaDriver.of(Map.of(CudaDriver.STAND_IN, folder.toString())).findsGpu());
    }

    @Test
    void aDriverThatCannotBeLoadedFindsNoGpu(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("libcuda.so.1"), "not a library");

        assertFalse(
                CudaDriver.of(Map.of(CudaDriver.STAND_IN, folder.toString())).findsGpu());
    }
}
