package io.intramuros.kernels.cuda.images;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.attribute.PosixFilePermission.GROUP_WRITE;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Images of kernels on disk, each in a file named by its key. A file begins with a mark, its key and its content's
 * SHA-256, which are looked at before the content is believed. Folder and files belong to this user alone; several
 * processes may share them. Of very many images those used last are kept. Nothing that goes wrong here is an error: an
 * image that can't be read is made anew, one that can't be written is not kept.
 */
final class ImageCache {
    private static final System.Logger LOG = System.getLogger(ImageCache.class.getName());
    private static final byte[] MARK = "intramuros kernels 1\n".getBytes(US_ASCII);
    private static final int DIGEST_BYTES = 32;
    private static final int HEADER_BYTES = MARK.length + 2 * DIGEST_BYTES;
    private static final int MOST_BYTES = 256 << 20;

    /** Files that are kept: those of some ten kinds of cards, drivers and releases of the kernels. */
    static final int MOST_FILES = 128;

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private final Path folder;
    private final AtomicBoolean complained = new AtomicBoolean();

    /** @param folder to be made at the first {@link #write} */
    ImageCache(Path folder) {
        this.folder = folder;
    }

    /** Where an image lies. */
    Path file(Key key) {
        return folder.resolve(
                key.name() + "-" + HexFormat.of().formatHex(key.digest(), 0, DIGEST_BYTES / 2) + ".image");
    }

    /**
     * What an image is known by.
     *
     * @param name for people
     * @param digest of all that the image was made from
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by its bytes where it is compared
    record Key(String name, byte[] digest) {}

    /** The image, or empty if it isn't there or can't be trusted. */
    Optional<byte[]> read(Key key) {
        Path file = file(key);
        try {
            PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class, NOFOLLOW_LINKS);
            requireOurs(attributes);
            if (attributes.size() < HEADER_BYTES || attributes.size() > MOST_BYTES) {
                throw new IOException("it has " + attributes.size() + " bytes");
            }
            byte[] all = Files.readAllBytes(file);
            byte[] image = Arrays.copyOfRange(all, Math.min(HEADER_BYTES, all.length), all.length);
            if (!Arrays.equals(header(key, image), Arrays.copyOf(all, HEADER_BYTES))) {
                throw new IOException("it isn't what was written");
            }
            noteUse(file);
            return Optional.of(image);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | UnsupportedOperationException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The cached kernels {0} can''t be trusted and are made anew: {1}",
                    file,
                    e.getMessage());
            return Optional.empty();
        }
    }

    private static void noteUse(Path file) {
        try {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "The use of cached kernels can't be noted", e);
        }
    }

    private void requireOurs(PosixFileAttributes file) throws IOException {
        if (!file.isRegularFile()) {
            throw new IOException("it is no plain file");
        }
        UserPrincipal us = us();
        PosixFileAttributes in = Files.readAttributes(folder, PosixFileAttributes.class);
        if (!belongsTo(us, file) || !belongsTo(us, in)) {
            throw new IOException("others may have written it");
        }
    }

    private static boolean belongsTo(UserPrincipal user, PosixFileAttributes attributes) {
        return attributes.owner().equals(user) && !writableByOthers(attributes);
    }

    /** Who this process is, as the file system sees it. */
    private static UserPrincipal us() throws IOException {
        Path ours = Files.createTempFile("intramuros", ".owner");
        try {
            return Files.getOwner(ours);
        } finally {
            Files.delete(ours);
        }
    }

    private static boolean writableByOthers(PosixFileAttributes attributes) {
        return attributes.permissions().contains(GROUP_WRITE)
                || attributes.permissions().contains(OTHERS_WRITE);
    }

    /** Keeps an image, if that is possible; whoever reads at the same time finds the whole image or none. */
    void write(Key key, byte[] image) {
        Path draft = null;
        try {
            Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            if (!belongsTo(us(), Files.readAttributes(folder, PosixFileAttributes.class))) {
                throw new IOException("others may write there");
            }
            // Files for now are made with an owner's permissions only.
            draft = Files.createTempFile(folder, key.name(), ".draft");
            Files.write(
                    draft,
                    ByteBuffer.allocate(HEADER_BYTES + image.length)
                            .put(header(key, image))
                            .put(image)
                            .array());
            Files.move(draft, file(key), StandardCopyOption.ATOMIC_MOVE);
            deleteOldest();
        } catch (IOException | UnsupportedOperationException e) {
            discard(draft);
            if (!complained.getAndSet(true)) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "Compiled kernels can''t be kept in {0}, so that each start compiles them anew: {1}",
                        folder,
                        e.toString());
            }
        }
    }

    /** A file that was used at some time. */
    private record Used(Path file, FileTime at) {}

    /**
     * Deletes what was used longest ago, drafts of others that ended too early included. Another process may do the same
     * meanwhile; whoever still wants what is gone makes it anew.
     */
    private void deleteOldest() {
        List<Used> files = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*.{image,draft}")) {
            for (Path file : all) {
                files.add(new Used(file, lastUse(file)));
            }
            files.sort(Comparator.comparing(Used::at).reversed());
            for (Used old : files.subList(Math.min(MOST_FILES, files.size()), files.size())) {
                Files.deleteIfExists(old.file());
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.log(System.Logger.Level.DEBUG, "Old cached kernels stay behind", e);
        }
    }

    private static FileTime lastUse(Path file) throws IOException {
        try {
            return Files.getLastModifiedTime(file, NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return FileTime.from(Instant.EPOCH);
        }
    }

    private static void discard(Path draft) {
        if (draft != null) {
            try {
                Files.deleteIfExists(draft);
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "A draft of cached kernels stays behind", e);
            }
        }
    }

    private static byte[] header(Key key, byte[] image) {
        return ByteBuffer.allocate(HEADER_BYTES)
                .put(MARK)
                .put(key.digest())
                .put(Digests.sha256().digest(image))
                .array();
    }
}
