package io.intramuros.engine.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightDigestTest {
    @TempDir
    private Path directory;

    @Test
    void isTheFilesOwnDigestForOneFile() throws Exception {
        Path file = write("model.gguf", "weights");
        assertEquals("sha256:" + sha256("weights"), digest(file));
        assertEquals("sha256:" + sha256("weights"), digest(file), "also when it is remembered");
    }

    @Test
    void isWhatAShellPrintsForSeveralFilesWhereverTheyLie() throws Exception {
        Path second = write("b.safetensors", "two");
        Path first = write("a.safetensors", "one");
        String expected = sha256(sha256("one") + "  a.safetensors\n" + sha256("two") + "  b.safetensors\n");
        assertEquals("sha256:" + expected, digest(second, first));
        Files.createDirectories(directory.resolve("elsewhere"));
        Path moved = Files.move(first, directory.resolve("elsewhere/a.safetensors"));
        assertEquals("sha256:" + expected, digest(moved, second));
    }

    @Test
    void noticesAChangeThatKeepsSizeAndTime() throws Exception {
        Path file = write("model.gguf", "weights");
        FileTime time = Files.getLastModifiedTime(file);
        String before = digest(file);
        Files.writeString(file, "WEIGHTS");
        Files.setLastModifiedTime(file, time);
        assertNotEquals(before, digest(file));
    }

    @Test
    void doesWithoutACacheThatCannotBeWritten() throws Exception {
        Path file = write("model.gguf", "weights");
        DigestCache cache = new DigestCache(write("a file, no directory", "").resolve("digests"));
        DigestCache.FileState state = DigestCache.FileState.of(file);
        cache.remember(state, sha256("weights"));
        assertNull(cache.find(state));
    }

    @Test
    void distrustsADamagedCache() throws Exception {
        Path file = write("model.gguf", "weights");
        Path cached = directory.resolve("cache");
        DigestCache cache = new DigestCache(cached);
        DigestCache.FileState state = DigestCache.FileState.of(file);
        cache.remember(state, sha256("weights"));
        assertEquals(sha256("weights"), cache.find(state));
        try (var entries = Files.list(cached)) {
            Files.writeString(entries.findFirst().orElseThrow(), "nonsense");
        }
        assertNull(cache.find(state));
    }

    private static String digest(Path... files) {
        try (WeightDigest digest = WeightDigest.start(List.of(files))) {
            return digest.await();
        }
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content);
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
