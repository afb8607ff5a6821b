package io.intramuros.product;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Programs that tests run to their end. */
final class Programs {
    private Programs() {}

    /**
     * What a program left.
     *
     * @param code its exit code
     * @param output what it wrote, errors among it
     */
    record Outcome(int code, String output) {
        /** The output of a program that succeeded. */
        String orFail() {
            if (code != 0) {
                throw new AssertionError("Exit code " + code + ":\n" + output);
            }
            return output;
        }
    }

    static Outcome run(Path folder, Map<String, String> environment, Duration patience, List<String> command) {
        try {
            Path output = Files.createTempFile("program", ".log");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            process.getOutputStream().close();
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroy();
                throw new AssertionError(
                        "Still running after " + patience + ": " + command + "\n" + Files.readString(output));
            }
            String text = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
            Files.delete(output);
            return new Outcome(process.exitValue(), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
