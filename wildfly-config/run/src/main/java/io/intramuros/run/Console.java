package io.intramuros.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What a person reads while {@code ./run} works: one line per step, with the seconds since the start. */
final class Console {
    private static final long START_NANOS = System.nanoTime();

    private Console() {}

    /** A step or its progress. */
    static void say(String line) {
        System.out.printf("[%4d s] %s%n", elapsed().toSeconds(), line);
    }

    /** Something that is wrong. */
    static void warn(String line) {
        System.err.println(line);
    }

    /** The terminal, if a person sits at one. */
    static Optional<java.io.Console> terminal() {
        return Optional.ofNullable(System.console()).filter(java.io.Console::isTerminal);
    }

    static Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - START_NANOS);
    }

    /** The last lines of a log, indented, or a note that there are none. */
    static String tail(Path log, int lines) {
        try {
            List<String> all = new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            List<String> last = all.subList(Math.max(0, all.size() - lines), all.size());
            return "  " + String.join(System.lineSeparator() + "  ", last);
        } catch (IOException e) {
            return "  (nothing was written to " + log + ")";
        }
    }
}
