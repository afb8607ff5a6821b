package io.intramuros.kernels.cuda.measure;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.intramuros.kernels.cuda.driver.CudaLibraries;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Objects;

/** Asks the stand-in for GPUs what kernels have really read of weights. */
@SuppressWarnings("restricted") // Calls the stand-in's own function.
final class StandInReads {
    private static final MethodHandle STREAMED = Linker.nativeLinker()
            .downcallHandle(
                    SymbolLookup.libraryLookup(folder().resolve("libcuda.so.1"), Arena.global())
                            .findOrThrow("intramurosEmulatorStreamedBytes"),
                    FunctionDescriptor.of(JAVA_LONG, ADDRESS));

    private StandInReads() {}

    /** Bytes that all launches of a kernel so far have read past the L1 cache, as weights are read. */
    static long streamedBytes(String kernel) {
        try (Arena arena = Arena.ofConfined()) {
            return (long) STREAMED.invokeExact(arena.allocateFrom(kernel));
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path folder() {
        return Path.of(Objects.requireNonNull(
                System.getProperty(CudaLibraries.FOLDER_PROPERTY),
                CudaLibraries.FOLDER_PROPERTY + " names the folder with the stand-in's libraries"));
    }
}
