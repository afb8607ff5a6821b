package io.intramuros.kernels.cuda.images;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.kernels.BackendUnavailableException;
import io.intramuros.kernels.cuda.driver.Gpu;
import io.intramuros.kernels.cuda.driver.GpuContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is promised of the way from the jar to kernels that a GPU has loaded, on the stand-in, which loads PTX. */
final class CudaKernelImagesTest {
    private static final KernelFile FILE = KernelFile.read("elementwise");
    private static final String NAME = "elementwise";
    private static final String KERNEL = "add_bias";

    @TempDir
    private Path folder;

    private GpuContext context;

    @BeforeEach
    void openContext() {
        context = new GpuContext(Gpu.all().getFirst());
    }

    @AfterEach
    void closeContext() {
        context.close();
    }

    /** The driver's linker, which notes that it was asked; or with another result of it. */
    private static final class Maker implements ImageMaker {
        private final PtxLinker linker = new PtxLinker();
        private final List<String> made = new ArrayList<>();
        private final String version;
        private byte[] instead;

        Maker(String version) {
            this.version = version;
        }

        @Override
        public String name() {
            return version;
        }

        @Override
        public boolean serves(Gpu gpu) {
            return linker.serves(gpu);
        }

        @Override
        public String input(KernelFile file) {
            return linker.input(file);
        }

        @Override
        public byte[] make(KernelFile file, GpuContext gpu) {
            made.add(file.name());
            return instead == null ? linker.make(file, gpu) : instead;
        }
    }

    private Path cacheFolder() {
        return folder.resolve("not made yet").resolve("cuda");
    }

    /** As a new process would have it: with nothing in memory. */
    private KernelImages images(ImageMaker... makers) {
        return new KernelImages(List.of(makers), new ImageCache(cacheFolder()));
    }

    private void assertLoads(KernelImages images) {
        assertEquals(KERNEL, images.load(context, FILE).kernel(KERNEL).name());
    }

    private List<Path> kept() throws IOException {
        try (Stream<Path> files = Files.list(cacheFolder())) {
            return files.toList();
        }
    }

    @Test
    void anotherStartTakesTheImageFromDisk() throws IOException {
        Maker maker = new Maker("1");
        assertLoads(images(maker));
        assertLoads(images(maker));
        assertEquals(List.of(NAME), maker.made);
        assertEquals(1, kept().size());
    }

    @Test
    void folderAndFilesAreTheOwnersAlone() throws IOException {
        assertLoads(images(new Maker("1")));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(cacheFolder())));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(kept().getFirst())));
    }

    @Test
    void anotherCompilerMakesAnotherImage() throws IOException {
        Maker first = new Maker("1");
        Maker second = new Maker("2");
        assertLoads(images(first));
        assertLoads(images(second));
        assertEquals(List.of(NAME), second.made);
        assertEquals(2, kept().size());
    }

    /** What may have happened to a file. */
    enum Damage {
        A_BYTE_OF_THE_IMAGE {
            @Override
            void to(Path file, Path other) throws IOException {
                byte[] bytes = Files.readAllBytes(file);
                bytes[bytes.length - 20] ^= 1;
                Files.write(file, bytes);
            }
        },
        A_BYTE_OF_THE_HEADER {
            @Override
            void to(Path file, Path other) throws IOException {
                byte[] bytes = Files.readAllBytes(file);
                bytes[0] ^= 1;
                Files.write(file, bytes);
            }
        },
        TRUNCATED {
            @Override
            void to(Path file, Path other) throws IOException {
                byte[] bytes = Files.readAllBytes(file);
                Files.write(file, Arrays.copyOf(bytes, bytes.length - 100));
            }
        },
        EMPTY {
            @Override
            void to(Path file, Path other) throws IOException {
                Files.write(file, new byte[0]);
            }
        },
        THE_FILE_OF_ANOTHER_COMPILER {
            @Override
            void to(Path file, Path other) throws IOException {
                Files.write(file, Files.readAllBytes(other));
            }
        },
        A_LINK {
            @Override
            void to(Path file, Path other) throws IOException {
                Path elsewhere = file.resolveSibling("elsewhere");
                Files.move(file, elsewhere);
                Files.createSymbolicLink(file, elsewhere);
            }
        },
        WRITABLE_BY_EVERYBODY {
            @Override
            void to(Path file, Path other) throws IOException {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
            }
        };

        abstract void to(Path file, Path other) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void aFileThatCannotBeTrustedIsMadeAnew(Damage damage) throws IOException {
        Maker maker = new Maker("1");
        assertLoads(images(maker));
        Path file = kept().getFirst();
        byte[] whole = Files.readAllBytes(file);
        assertLoads(images(new Maker("2")));
        Path other =
                kept().stream().filter(path -> !path.equals(file)).findFirst().orElseThrow();

        damage.to(file, other);
        assertLoads(images(maker));
        assertEquals(List.of(NAME, NAME), maker.made);
        assertArrayEquals(whole, Files.readAllBytes(file));
        assertFalse(Files.isSymbolicLink(file));
        assertLoads(images(maker));
        assertEquals(List.of(NAME, NAME), maker.made, "it is read again");
    }

    @Test
    void withoutAFolderToWriteToKernelsAreMadeAtEachStart() throws IOException {
        Files.createFile(folder.resolve("not made yet"));
        Maker maker = new Maker("1");
        assertLoads(images(maker));
        assertLoads(images(maker));
        assertEquals(List.of(NAME, NAME), maker.made);
    }

    @Test
    void gpusOfOneKindShareWhatWasMadeThoughItCannotBeKept() throws IOException {
        Files.createFile(folder.resolve("not made yet"));
        Maker maker = new Maker("1");
        KernelImages images = images(maker);
        assertLoads(images);
        try (GpuContext other = new GpuContext(context.gpu())) {
            assertEquals(KERNEL, images.load(other, FILE).kernel(KERNEL).name());
        }
        assertEquals(List.of(NAME), maker.made);
    }

    @Test
    void whatTheDriverRefusesIsLeftToTheNextCompiler() {
        Maker refused = new Maker("1");
        refused.instead = "\u007fELF, but not for this GPU".getBytes(StandardCharsets.US_ASCII);
        Maker next = new Maker("2");
        assertLoads(images(refused, next));
        assertEquals(List.of(NAME), next.made);
    }

    @Test
    void whenNoCompilerSucceedsTheReasonIsTold() {
        Maker refused = new Maker("1");
        refused.instead = "\u007fELF, but not for this GPU".getBytes(StandardCharsets.US_ASCII);
        KernelImages images = images(refused);
        BackendUnavailableException e =
                assertThrows(BackendUnavailableException.class, () -> images.load(context, FILE));
        assertTrue(e.getMessage().contains("not made for this kind of GPU"), e.getMessage());
    }
}
