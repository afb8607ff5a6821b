package io.intramuros.kernels.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.intramuros.kernels.cuda.driver.CudaLibraries;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Objects;

/** Breaks the stand-in's GPUs while they work. */
@SuppressWarnings("restricted") // Calls the stand-in's own function.
public final class EmulatedFaults {
    private static final MethodHandle INJECT = Linker.nativeLinker()
            .downcallHandle(
                    SymbolLookup.libraryLookup(folder().resolve("libcuda.so.1"), Arena.global())
                            .findOrThrow("intramurosEmulatorInject"),
                    FunctionDescriptor.of(JAVA_INT, ADDRESS));

    private EmulatedFaults() {}

    /**
     * Asks for faults from now on; what was asked for before and has not happened never will.
     *
     * @param faults such as {@code ecc@launch=17,device=1;out-of-memory@allocation=3}, counted from now
     */
    public static void ask(String faults) {
        int answer;
        try (Arena arena = Arena.ofConfined()) {
            answer = (int) INJECT.invokeExact(arena.allocateFrom(faults));
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        if (answer != 0) {
            throw new IllegalArgumentException("the stand-in doesn't know the faults '" + faults + "'");
        }
    }

    /** Takes back what was asked for and has not happened; lost GPUs are there again. */
    public static void none() {
        ask("");
    }

    private static Path folder() {
        return Path.of(Objects.requireNonNull(
                System.getProperty(CudaLibraries.FOLDER_PROPERTY),
                CudaLibraries.FOLDER_PROPERTY + " names the folder with the stand-in's libraries"));
    }
}
