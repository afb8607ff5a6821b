package io.intramuros.product;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How a running server was started, so that it can be started again alone when it was killed.
 *
 * @param command the program and its arguments
 * @param environment its variables, {@code NAME=value}
 * @param folder where it was
 */
record ServerStart(List<String> command, List<String> environment, Path folder) {
    static ServerStart of(ProcessHandle process) {
        Path facts = Path.of("/proc", Long.toString(process.pid()));
        try {
            return new ServerStart(
                    parts(facts.resolve("cmdline")),
                    parts(facts.resolve("environ")),
                    facts.resolve("cwd").toRealPath());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts the same once more. */
    void again() {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        for (String variable : environment) {
            int end = variable.indexOf('=');
            builder.environment().put(variable.substring(0, end), variable.substring(end + 1));
        }
        try {
            builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> parts(Path file) throws IOException {
        // Each ends in a zero; an argument may be empty.
        List<String> parts = List.of(Files.readString(file).split("\0", -1));
        return parts.subList(0, parts.size() - 1);
    }
}
