package io.intramuros.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * At most one {@code ./run} works on a data folder. The operating system releases the lock when its holder ends, however
 * it ends.
 */
final class Lock implements AutoCloseable {
    private final FileChannel channel;

    private Lock(FileChannel channel) {
        this.channel = channel;
    }

    /** Takes the lock of a data folder, or returns empty if another process has it. */
    static Optional<Lock> take(Home home) {
        try {
            FileChannel channel = open(home.lock());
            FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                return Optional.empty();
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            return Optional.of(new Lock(channel));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes the lock of a file, waiting for whoever has it. */
    static Lock await(Path file) {
        try {
            Files.createDirectories(file.getParent());
            FileChannel channel = open(file);
            channel.lock();
            return new Lock(channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static boolean isHeld(Home home) {
        if (!Files.exists(home.lock())) {
            return false;
        }
        try (FileChannel channel = open(home.lock());
                FileLock lock = channel.tryLock()) {
            return lock == null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The process that has it, or had it last. */
    static Optional<ProcessHandle> holder(Home home) {
        try {
            return ProcessHandle.of(Long.parseLong(Files.readString(home.lock()).strip()));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
