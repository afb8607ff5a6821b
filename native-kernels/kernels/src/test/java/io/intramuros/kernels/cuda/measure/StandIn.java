package io.intramuros.kernels.cuda.measure;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.intramuros.kernels.cuda.driver.CudaLibraries;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Objects;

/** Asks the stand-in for GPUs what kernels have really read, and lets them fail. */
@SuppressWarnings("restricted") // Calls the stand-in's own function.
final class StandIn {
    private static final SymbolLookup DRIVER =
            SymbolLookup.libraryLookup(folder().resolve("libcuda.so.1"), Arena.global());

    private static final MethodHandle STREAMED =
            function("intramurosEmulatorStreamedBytes", FunctionDescriptor.of(JAVA_LONG, ADDRESS));

    private static final MethodHandle INJECT =
            function("intramurosEmulatorInject", FunctionDescriptor.of(JAVA_INT, ADDRESS));

    private StandIn() {}

    /** Bytes that all launches of a kernel so far have read past the L1 cache, as weights are read. */
    static long streamedBytes(String kernel) {
        try (Arena arena = Arena.ofConfined()) {
            return (long) STREAMED.invokeExact(arena.allocateFrom(kernel));
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Has something fail.
     *
     * @param faults such as {@code ecc@launch=17}
     */
    static void inject(String faults) {
        try (Arena arena = Arena.ofConfined()) {
            int code = (int) INJECT.invokeExact(arena.allocateFrom(faults));
            if (code != 0) {
                throw new IllegalArgumentException("the stand-in doesn't know the fault " + faults);
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static MethodHandle function(String name, FunctionDescriptor signature) {
        return Linker.nativeLinker().downcallHandle(DRIVER.findOrThrow(name), signature);
    }

    private static Path folder() {
        return Path.of(Objects.requireNonNull(
                System.getProperty(CudaLibraries.FOLDER_PROPERTY),
                CudaLibraries.FOLDER_PROPERTY + " names the folder with the stand-in's libraries"));
    }
}
