package io.intramuros.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

/**
 * The data folder: everything that is kept between runs, readable by its owner only.
 *
 * @param folder where it is
 */
record Home(Path folder) {
    /** What may lie in a data folder; nothing else is ever deleted. */
    private static final List<String> OWN =
            List.of("wildfly", "keycloak", "logs", "secrets.properties", "state.properties", "run.lock");

    /** {@code INTRAMUROS_HOME}, or the user's data folder. */
    static Path defaultFolder(Map<String, String> environment) {
        String own = environment.get("INTRAMUROS_HOME");
        if (own != null && !own.isBlank()) {
            return Path.of(own).toAbsolutePath().normalize();
        }
        return base(environment, "XDG_DATA_HOME", ".local/share").resolve("intramuros");
    }

    /** Where downloads are kept: the user's cache folder. */
    static Path cacheFolder(Map<String, String> environment) {
        return base(environment, "XDG_CACHE_HOME", ".cache").resolve("intramuros");
    }

    private static Path base(Map<String, String> environment, String variable, String otherwise) {
        String value = environment.get(variable);
        // The XDG specification says to ignore a relative path.
        if (value != null && value.startsWith("/")) {
            return Path.of(value);
        }
        return Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")), otherwise);
    }

    Path secrets() {
        return folder.resolve("secrets.properties");
    }

    Path state() {
        return folder.resolve("state.properties");
    }

    Path lock() {
        return folder.resolve("run.lock");
    }

    Path wildfly() {
        return folder.resolve("wildfly");
    }

    Path keycloak() {
        return folder.resolve("keycloak");
    }

    Path log(String name) {
        return folder.resolve("logs").resolve(name + ".log");
    }

    /** Makes the folder, for its owner only. */
    void create() {
        try {
            Files.createDirectories(folder.resolve("logs"));
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new RunException(
                    "The data folder " + folder + " can't be made: " + e.getMessage()
                            + ". Choose another one with --data DIR.",
                    e);
        }
    }

    /** Deletes what Intramuros put there, and the folder itself if nothing else is in it. */
    void delete() {
        try {
            for (String name : OWN) {
                Trees.delete(folder.resolve(name));
            }
            if (Files.isDirectory(folder)) {
                try (var rest = Files.list(folder)) {
                    if (rest.findAny().isEmpty()) {
                        Files.delete(folder);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
