package io.intramuros.engine.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The digest of a model's weights: the SHA-256 of the one file, as {@code sha256sum} prints it, or of several files what
 * {@code sha256sum *.safetensors | sha256sum} prints. Where the files lie doesn't matter; their names and content do.
 *
 * <p>It is computed in the background from the moment a model is opened, several files at a time, so that it goes along
 * with the reading of the weights: about 2 GB/s per core, as fast as the disk at most. A
 * file that has not changed since is not read again; see {@link DigestCache}.
 */
final class WeightDigest implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 20;

    private final CompletableFuture<String> result = new CompletableFuture<>();
    private final DigestCache cache = DigestCache.ofUser();
    private final List<Path> files;
    private final String[] digests;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger left;
    private volatile boolean closed;

    private WeightDigest(List<Path> files) {
        this.files = files.stream()
                .sorted(Comparator.comparing(file -> file.getFileName().toString()))
                .toList();
        this.digests = new String[files.size()];
        this.left = new AtomicInteger(files.size());
    }

    /** Begins to compute the digest of these files. */
    static WeightDigest start(List<Path> files) {
        WeightDigest digest = new WeightDigest(files);
        int threads = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, files.size());
        for (int i = 0; i < threads; i++) {
            Thread.ofPlatform().name("model-digest-" + i).daemon().start(digest::work);
        }
        return digest;
    }

    /**
     * Waits for the digest.
     *
     * @throws ModelFormatException if a file cannot be read, or changed meanwhile
     */
    String await() {
        try {
            return result.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof ModelFormatException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private void work() {
        try {
            for (int i = next.getAndIncrement(); i < digests.length; i = next.getAndIncrement()) {
                digests[i] = digest(files.get(i));
                if (left.decrementAndGet() == 0) {
                    result.complete("sha256:" + combined());
                }
            }
        } catch (RuntimeException e) {
            result.completeExceptionally(e);
        }
    }

    private String combined() {
        if (digests.length == 1) {
            return digests[0];
        }
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < digests.length; i++) {
            lines.add(digests[i] + "  " + files.get(i).getFileName() + "\n");
        }
        return HexFormat.of().formatHex(sha256().digest(String.join("", lines).getBytes(StandardCharsets.UTF_8)));
    }

    private String digest(Path file) {
        try {
            DigestCache.FileState before = DigestCache.FileState.of(file);
            String known = cache.find(before);
            if (known != null) {
                return known;
            }
            String digest = read(file);
            if (!before.equals(DigestCache.FileState.of(file))) {
                throw new ModelFormatException(file, null, "changed while it was read; open the model again");
            }
            cache.remember(before, digest);
            return digest;
        } catch (IOException | UncheckedIOException e) {
            throw new ModelFormatException(file, null, "cannot be read: " + e.getMessage(), e);
        }
    }

    private String read(Path file) throws IOException {
        MessageDigest sha256 = sha256();
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (channel.read(buffer) >= 0) {
                if (closed) {
                    throw new CancellationException("the model was closed");
                }
                sha256.update(buffer.flip());
                buffer.clear();
            }
        }
        return HexFormat.of().formatHex(sha256.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Stops reading; who waits for the digest gets a {@link CancellationException}. */
    @Override
    public void close() {
        closed = true;
        result.cancel(false);
    }
}
