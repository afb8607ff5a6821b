package io.intramuros.engine.model;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Files mapped into memory, read-only, until this is closed. */
final class MappedFiles implements AutoCloseable {
    private final Arena arena;

    @SuppressWarnings("MustBeClosedChecker") // closed by close()
    MappedFiles() {
        arena = Arena.ofShared();
    }

    MemorySegment map(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        }
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
