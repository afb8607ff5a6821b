package io.intramuros.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Whether what will be written has room; folders may share a file system, and then share its room too. */
final class Disk {
    private static final long MEBIBYTE = 1 << 20;

    private final Map<FileStore, Need> needs = new LinkedHashMap<>();

    /** What is to be written to one file system, and the first of the folders there. */
    private record Need(Path folder, long bytes) {}

    /** Counts on {@code bytes} below a folder that need not exist yet. */
    Disk needs(long bytes, Path folder) {
        Path existing = folder;
        while (!Files.exists(existing)) {
            existing = existing.getParent();
        }
        try {
            needs.merge(
                    Files.getFileStore(existing),
                    new Need(existing, bytes),
                    (before, more) -> new Need(before.folder(), before.bytes() + more.bytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Fails if a file system has too little room. */
    void check() {
        needs.forEach((store, need) -> {
            try {
                long usable = store.getUsableSpace();
                if (usable < need.bytes()) {
                    throw new RunException("Too little disk space at " + need.folder() + ": " + usable / MEBIBYTE
                            + " MiB are free, about " + need.bytes() / MEBIBYTE
                            + " MiB are needed. Make room, or choose"
                            + " another place: --data DIR for the data, XDG_CACHE_HOME for downloads.");
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
