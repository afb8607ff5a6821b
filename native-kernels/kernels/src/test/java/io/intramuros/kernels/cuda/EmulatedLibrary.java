package io.intramuros.kernels.cuda;

import io.intramuros.kernels.cuda.driver.CudaLibraries;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Objects;

/** The functions that the stand-in's libraries have for tests. */
public final class EmulatedLibrary {
    /** The library that stands in for NVIDIA's driver. */
    public static final String DRIVER = "libcuda.so.1";

    private EmulatedLibrary() {}

    /** One of a library's functions. */
    @SuppressWarnings("restricted") // They are the stand-in's own.
    public static MethodHandle function(String library, String name, FunctionDescriptor type) {
        Path folder = Path.of(Objects.requireNonNull(
                System.getProperty(CudaLibraries.FOLDER_PROPERTY),
                CudaLibraries.FOLDER_PROPERTY + " names the folder with the stand-in's libraries"));
        return Linker.nativeLinker()
                .downcallHandle(
                        SymbolLookup.libraryLookup(folder.resolve(library), Arena.global())
                                .findOrThrow(name),
                        type);
    }
}
