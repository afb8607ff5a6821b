package io.intramuros.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.intramuros.kernels.cuda.driver.Nvrtc;
import io.intramuros.kernels.cuda.images.KernelFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernels' sources as the jar brings them, compiled as the server does it; where {@code bin/build-cuda} found NVRTC. */
final class KernelSourcesTest {
    /** Files that take the compiler longest and are made of the same templates as {@code decode_bf16}. */
    private static final Set<String> SLOW = Set.of("decode_plain", "decode_quantised");

    @ParameterizedTest
    @ValueSource(ints = {8, 9})
    void theyCompileForEachKindOfGpuIntoTheKernelsOfThePtx(int major) {
        Nvrtc nvrtc = compiler();
        assertTrue(nvrtc.supports(major, 0));
        for (String name : KernelLibrary.FILES) {
            if (SLOW.contains(name)) {
                continue;
            }
            KernelFile file = KernelFile.read(name);
            byte[] cubin = nvrtc.compile(name + ".cu", file.source(), file.headers(), file.options(), major, 0);
            assertArrayEquals(new byte[] {0x7F, 'E', 'L', 'F'}, Arrays.copyOf(cubin, 4), name);
            String text = new String(cubin, StandardCharsets.ISO_8859_1);
            assertFalse(file.kernels().isEmpty(), name);
            file.kernels().forEach(kernel -> assertTrue(text.contains(".text." + kernel), kernel));
        }
    }

    @Test
    void whatIsWrongWithAFileIsToldInTheCompilersWords() {
        Nvrtc nvrtc = compiler();
        Nvrtc.CompilationException e = assertThrows(
                Nvrtc.CompilationException.class,
                () -> nvrtc.compile("wrong.cu", "__global__ void f() { undeclared = 1; }", Map.of(), List.of(), 8, 0));
        assertTrue(e.getMessage().contains("\"undeclared\" is undefined"), e.getMessage());
    }

    @Test
    void aGpuThatTheCompilerDoesNotKnowIsNotItsBusiness() {
        assertFalse(compiler().supports(4, 2));
    }

    private static Nvrtc compiler() {
        Optional<Path> library = library();
        assumeTrue(library.isPresent(), "NVRTC is neither in CUDA_HOME nor in the cache of bin/build-cuda");
        return Nvrtc.open(library.orElseThrow()).orElseThrow();
    }

    private static Optional<Path> library() {
        String home = System.getenv().getOrDefault("CUDA_HOME", "/usr/local/cuda");
        Path installed = Path.of(home, "lib64", "libnvrtc.so.12");
        return Files.exists(installed) ? Optional.of(installed) : fetched();
    }

    /** Where the build's toolchain keeps the wheels. */
    private static Optional<Path> fetched() {
        String configured = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
        Path cache = configured.startsWith("/")
                ? Path.of(configured, "intramuros")
                : Path.of(System.getProperty("user.home"), ".cache", "intramuros");
        if (!Files.isDirectory(cache)) {
            return Optional.empty();
        }
        try (Stream<Path> folders = Files.list(cache)) {
            return folders.filter(folder -> folder.getFileName().toString().matches("cuda-compiler-[0-9a-f]+"))
                    .map(folder -> folder.resolve("nvidia/cuda_nvrtc/lib/libnvrtc.so.12"))
                    .filter(Files::exists)
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
