package io.intramuros.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A program that is run to its end, such as Maven: its output goes to a log, what matters of it to the console. */
final class Task {
    private static final int LOG_LINES_SHOWN = 25;

    private Task() {}

    /**
     * Runs it.
     *
     * @param name what a person calls it
     * @param command the program and its arguments
     * @param environment added to ours
     * @param folder where it runs
     * @param log its output, appended
     * @param progress what to show of a line; {@code null} for nothing
     * @throws RunException if it can't be started or fails, with the last lines it wrote
     */
    static void run(
            String name,
            List<String> command,
            Map<String, String> environment,
            Path folder,
            Path log,
            Function<String, String> progress) {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        int code;
        try {
            Files.createDirectories(log.getParent());
            Process process = builder.start();
            Thread killer = new Thread(process::destroy);
            Runtime.getRuntime().addShutdownHook(killer);
            process.getOutputStream().close();
            copy(process, log, progress);
            code = process.waitFor();
            Runtime.getRuntime().removeShutdownHook(killer);
        } catch (IOException e) {
            throw new RunException(name + " can't be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            throw new RunException(name + " was interrupted.", e);
        }
        if (code != 0) {
            throw new RunException(name + " failed (exit code " + code + "). The end of " + log + ":"
                    + System.lineSeparator() + Console.tail(log, LOG_LINES_SHOWN));
        }
    }

    private static void copy(Process process, Path log, Function<String, String> progress) throws IOException {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
                PrintWriter out = new PrintWriter(Files.newBufferedWriter(log))) {
            lines.lines().forEach(line -> {
                out.println(line);
                out.flush();
                String shown = progress.apply(line);
                if (shown != null) {
                    Console.say(shown);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
