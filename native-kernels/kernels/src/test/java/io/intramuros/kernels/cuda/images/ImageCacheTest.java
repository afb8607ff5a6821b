package io.intramuros.kernels.cuda.images;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which images stay on disk when there are ever more of them, and where none are kept. */
final class ImageCacheTest {
    private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");
    private static final byte[] IMAGE = {1, 2, 3};

    @TempDir
    private Path parent;

    private Path folder;
    private ImageCache cache;

    /** As many images as are kept, the first of them used the longest ago. */
    @BeforeEach
    void fill() throws IOException {
        folder = parent.resolve("images");
        cache = new ImageCache(folder);
        for (int i = 0; i < ImageCache.MOST_FILES; i++) {
            cache.write(key(i), IMAGE);
            use(cache.file(key(i)), i);
        }
    }

    @Test
    void theImageUsedLongestAgoMakesRoomForANewOne() throws IOException {
        cache.write(key(1000), IMAGE);

        assertEquals(Optional.empty(), cache.read(key(0)));
        assertTrue(cache.read(key(1)).isPresent());
        assertTrue(cache.read(key(1000)).isPresent());
        assertEquals(ImageCache.MOST_FILES, files());
    }

    @Test
    void anImageThatAnotherProcessReadsIsInUse() {
        assertTrue(new ImageCache(folder).read(key(0)).isPresent());

        cache.write(key(1000), IMAGE);

        assertTrue(cache.read(key(0)).isPresent());
        assertEquals(Optional.empty(), cache.read(key(1)));
    }

    @Test
    void anImageWrittenOnceMoreDisplacesNone() throws IOException {
        cache.write(key(5), IMAGE);

        assertTrue(cache.read(key(0)).isPresent());
        assertEquals(ImageCache.MOST_FILES, files());
    }

    @Test
    void draftsLeftBehindAreDeletedAndWhatIsNotOursStays() throws IOException {
        Path draft = Files.createFile(folder.resolve("left behind.draft"));
        Path other = Files.createFile(folder.resolve("notes.txt"));
        use(draft, -2);
        use(other, -1);

        cache.write(key(5), IMAGE);

        assertTrue(Files.notExists(draft));
        assertTrue(Files.exists(other));
        assertTrue(cache.read(key(0)).isPresent());
    }

    @Test
    void aFolderThatOthersMayWriteIntoIsNeitherReadNorChanged() throws IOException {
        Set<PosixFilePermission> everybody = PosixFilePermissions.fromString("rwxrwxrwx");
        Files.setPosixFilePermissions(folder, everybody);

        cache.write(key(1000), IMAGE);

        assertEquals(Optional.empty(), cache.read(key(0)));
        assertTrue(Files.notExists(cache.file(key(1000))));
        assertEquals(everybody, Files.getPosixFilePermissions(folder));
    }

    private static void use(Path file, int day) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(LONG_AGO.plusSeconds(24L * 60 * 60 * day)));
    }

    private static ImageCache.Key key(int number) {
        byte[] digest = ByteBuffer.allocate(32).putInt(number).array();
        return new ImageCache.Key("kernels", digest);
    }

    private long files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }
}
