package io.intramuros.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Maven: the one that is installed, or the wrapper's.
 *
 * @param repository the checkout
 */
record Maven(Path repository) {
    /** Where Maven keeps what it fetches, unless it was told otherwise. */
    static Path localRepository() {
        return Path.of(System.getProperty("user.home"), ".m2", "repository");
    }

    /** Runs goals in the checkout; see {@link Task#run} for the rest. */
    void run(String name, List<String> goals, Path log, Function<String, String> progress) {
        List<String> command = new ArrayList<>(List.of(program(), "--batch-mode", "--no-transfer-progress"));
        command.addAll(goals);
        Task.run(name, command, Map.of("JAVA_HOME", System.getProperty("java.home")), repository, log, progress);
    }

    private String program() {
        for (String folder : System.getenv("PATH").split(":", -1)) {
            if (Files.isExecutable(Path.of(folder, "mvn"))) {
                return "mvn";
            }
        }
        return repository.resolve("mvnw").toString();
    }
}
