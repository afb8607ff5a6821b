package io.intramuros.kernels.cuda.measure;

import io.intramuros.kernels.cuda.driver.CudaLibraries;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;

/** A process of its own, for a stand-in whose GPUs are others than those of the tests: it asks once what they are. */
final class StandInProcess {
    private StandInProcess() {}

    /**
     * Runs a program to its good end.
     *
     * @param settings of the stand-in, without {@code INTRAMUROS_EMULATOR_}
     * @return what it says
     */
    static List<String> run(Class<?> program, Map<String, String> settings, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.library.path=" + System.getProperty("java.library.path"),
                "-D" + CudaLibraries.FOLDER_PROPERTY + "=" + System.getProperty(CudaLibraries.FOLDER_PROPERTY),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                program.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        settings.forEach((name, value) -> builder.environment().put("INTRAMUROS_EMULATOR_" + name, value));
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Assertions.assertEquals(0, process.waitFor(), said);
        return said.lines().toList();
    }
}
