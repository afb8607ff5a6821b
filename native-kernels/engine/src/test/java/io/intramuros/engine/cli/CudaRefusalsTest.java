package io.intramuros.engine.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.engine.testing.TinyModel;
import io.intramuros.kernels.TensorType;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an operator is told on machines that the CUDA backend can't run on, and what it makes of odd ones. Each machine is
 * a process of its own, as a driver is asked for its GPUs once.
 */
@Timeout(180)
@Tag("once")
class CudaRefusalsTest {
    private static final String FOLDER = "intramuros.cuda.libraries";
    private static final String STAND_IN = System.getProperty(FOLDER);
    private static final long PATIENCE_SECONDS = 120;

    @TempDir
    static Path directory;

    private static Path model;

    private record Outcome(int exitCode, String output, String error) {}

    @BeforeAll
    static void write() {
        model = TinyModel.write(directory.resolve("tiny.gguf"), TensorType.BF16);
    }

    @Test
    void aMachineWithoutADriverIsToldToInstallIt() throws Exception {
        Path empty = Files.createDirectory(directory.resolve("empty"));
        assertRefused(generate(empty.toString(), "", Map.of()), "no NVIDIA driver", "install the driver");
    }

    @Test
    void aDriverThatIsTooOldIsNamedWithWhatIsNeeded() throws Exception {
        assertRefused(
                generate(STAND_IN, "", Map.of("INTRAMUROS_EMULATOR_DRIVER", "11080")),
                "CUDA 11.8",
                "need CUDA 12.0",
                "install a newer driver");
    }

    @Test
    void aCardThatIsTooOldIsNamedWithWhatIsNeeded() throws Exception {
        Map<String, String> old = Map.of("INTRAMUROS_EMULATOR_CAPABILITY", "75");
        assertRefused(generate(STAND_IN, "", old), "compute capability 8.0", "GPU 0");
        assertRefused(generate(STAND_IN, "", old, "--devices", "1"), "compute capability 7.5", "GPU 1", "8.0");
    }

    @Test
    void aGpuThatIsNotThereIsNamedWithThoseThatAre() throws Exception {
        assertRefused(
                generate(
                        STAND_IN,
                        "",
                        Map.of(
                                "INTRAMUROS_EMULATOR_DEVICES",
                                "2",
                                "INTRAMUROS_EMULATOR_NAMES",
                                "A large GPU,A small GPU"),
                        "--devices",
                        "0,5"),
                "no GPU 5",
                "A large GPU (GPU 0",
                "A small GPU (GPU 1");
    }

    @Test
    void damagedKernelsAreRefused() throws Exception {
        Path damaged = directory.resolve("damaged/io/intramuros/kernels/cuda/ptx/rotary.ptx");
        Files.createDirectories(damaged.getParent());
        Files.writeString(damaged, ".version 8.0\n.target sm_80\nno kernels are here\n");
        assertRefused(
                generate(STAND_IN, directory.resolve("damaged") + File.pathSeparator, Map.of()),
                "kernels can't be compiled",
                "GPU");
    }

    @Test
    void gpusThatDoNotReachEachOtherGiveTheSameTokens() throws Exception {
        assertSameTokens(Map.of("INTRAMUROS_EMULATOR_PEERS", "none"));
    }

    @Test
    void gpusOfDifferentSizesTakeTurnsAndGiveTheSameTokens() throws Exception {
        assertSameTokens(Map.of("INTRAMUROS_EMULATOR_MEMORY_BYTES", "1000000000,500000000"));
    }

    @Test
    void gpusOfDifferentKindsShareEveryLayerAndGiveTheSameTokens() throws Exception {
        assertSameTokens(Map.of("INTRAMUROS_EMULATOR_NAMES", "A large GPU,A small GPU"));
    }

    /** As two GPUs that are alike and reach each other. */
    private static void assertSameTokens(Map<String, String> machine) throws Exception {
        Outcome expected = generate(STAND_IN, "", Map.of(), "--devices", "0,1");
        Outcome actual = generate(STAND_IN, "", machine, "--devices", "0,1");

        assertEquals(0, expected.exitCode, expected.error);
        assertEquals(0, actual.exitCode, actual.error);
        assertEquals(expected.output, actual.output);
    }

    private static void assertRefused(Outcome outcome, String... parts) {
        assertNotEquals(0, outcome.exitCode, outcome.output);
        for (String part : parts) {
            assertTrue(outcome.error.contains(part), () -> part + " is missing in: " + outcome.error);
        }
        assertTrue(outcome.error.lines().noneMatch(line -> line.startsWith("\tat ")), outcome.error);
    }

    private static Outcome generate(
            String libraries, String firstOnClassPath, Map<String, String> machine, String... options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.library.path=" + System.getProperty("java.library.path"),
                "-D" + FOLDER + "=" + libraries,
                "-Dintramuros.cuda.cache=" + directory.resolve("images"),
                "-cp",
                firstOnClassPath + System.getProperty("java.class.path"),
                EngineCommand.class.getName(),
                "generate",
                "--model=" + model,
                "--backend=cuda",
                "--tokens=40,41,42",
                "--max-tokens=6",
                "--ignore-eos",
                "--json"));
        command.addAll(List.of(options));
        Path output = Files.createTempFile(directory, "output", ".txt");
        Path error = Files.createTempFile(directory, "error", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(error.toFile());
        builder.environment().putAll(machine);
        Process process = builder.start();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the command didn't end: " + Files.readString(error, StandardCharsets.UTF_8));
        }
        return new Outcome(
                process.exitValue(),
                Files.readString(output, StandardCharsets.UTF_8),
                Files.readString(error, StandardCharsets.UTF_8));
    }
}
