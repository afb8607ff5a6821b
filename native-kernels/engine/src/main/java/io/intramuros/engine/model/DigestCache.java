package io.intramuros.engine.model;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Remembers digests of files in the user's cache directory, never beside the model. An entry counts only for a file
 * whose path, size, times of change (content and inode) and inode are those it was made for. A cache that cannot be read
 * or written only costs the time to compute a digest again.
 */
final class DigestCache {
    /** Where the cache lies, instead of the user's cache directory. */
    static final String DIRECTORY_PROPERTY = "intramuros.cache.dir";

    /**
     * All that tells whether a file is still the same.
     *
     * @param path its real path
     * @param size its bytes
     * @param modified when its content changed last
     * @param changed when its inode changed last, where the system tells: unlike {@code modified} nobody can set it
     * @param key the inode
     */
    record FileState(String path, long size, String modified, String changed, String key) {
        static FileState of(Path file) throws IOException {
            Path real = file.toRealPath();
            BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
            String changed = real.getFileSystem().supportedFileAttributeViews().contains("unix")
                    ? String.valueOf(Files.getAttribute(real, "unix:ctime", LinkOption.NOFOLLOW_LINKS))
                    : "";
            return new FileState(
                    real.toString(),
                    attributes.size(),
                    attributes.lastModifiedTime().toString(),
                    changed,
                    String.valueOf(attributes.fileKey()));
        }

        private List<String> lines() {
            return List.of(path, Long.toString(size), modified, changed, key);
        }
    }

    private final Path directory;

    DigestCache(Path directory) {
        this.directory = directory;
    }

    static DigestCache ofUser() {
        String set = System.getProperty(DIRECTORY_PROPERTY);
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base = set != null
                ? Path.of(set)
                : (xdg != null && !xdg.isEmpty() ? Path.of(xdg) : Path.of(System.getProperty("user.home"), ".cache"))
                        .resolve("intramuros");
        return new DigestCache(base.resolve("digests"));
    }

    /** The digest of a file in that state, or {@code null}. */
    String find(FileState state) {
        try {
            List<String> lines = Files.readAllLines(entry(state));
            boolean valid = lines.size() == 6
                    && lines.subList(0, 5).equals(state.lines())
                    && lines.get(5).matches("[0-9a-f]{64}");
            return valid ? lines.get(5) : null;
        } catch (IOException _) {
            return null;
        }
    }

    void remember(FileState state, String digest) {
        try {
            Files.createDirectories(directory);
            Path written = directory.resolve(UUID.randomUUID() + ".tmp");
            try {
                Files.writeString(written, String.join("\n", state.lines()) + "\n" + digest + "\n");
                Files.move(written, entry(state), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(written);
            }
        } catch (IOException _) {
            // Without a cache the digest is computed again next time.
        }
    }

    private Path entry(FileState state) {
        CRC32C name = new CRC32C();
        name.update(state.path().getBytes(StandardCharsets.UTF_8));
        return directory.resolve(HexFormat.of().toHexDigits((int) name.getValue()) + "-"
                + Path.of(state.path()).getFileName());
    }
}
