package io.intramuros.kernels.cuda.driver;

import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import jcuda.JCudaVersion;
import jcuda.LibUtils;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;

/**
 * Finds the driver's libraries and JCuda's, before JCuda itself looks for them: where it doesn't find them it would take
 * whatever lies under their names in the temporary directory, which anybody may write to.
 */
public final class CudaLibraries {
    /**
     * The system property that names a folder with {@code libcuda.so.1} and {@code libcublas.so.12} to be used instead
     * of the system's: a stand-in for a GPU.
     */
    public static final String FOLDER_PROPERTY = "intramuros.cuda.libraries";

    private static final String DRIVER = "libcuda.so.1";
    private static final String BLAS = "libcublas.so.12";
    private static final Path MODULE_NATIVES = Path.of("lib", "linux-x86_64");

    private CudaLibraries() {}

    /** Loads the driver; returns why it can't be used, or empty if it can. */
    public static Optional<String> loadDriver() {
        Optional<String> fault = open(DRIVER);
        if (fault.isPresent()) {
            return Optional.of("there is no NVIDIA driver on this machine (" + fault.get()
                    + "); install the driver, nothing else of CUDA is needed");
        }
        return requireNatives("JCudaDriver", JCudaDriver.class);
    }

    /** Loads cuBLAS; returns why it can't be used, or empty if it can. */
    public static Optional<String> loadBlas() {
        Optional<String> fault = open(BLAS);
        if (fault.isPresent()) {
            return Optional.of("cuBLAS is not installed (" + fault.get() + ")");
        }
        return requireNatives("JCublas2", JCublas2.class);
    }

    /** Once a library is open, what needs it by its name finds it, wherever it came from. */
    @SuppressWarnings("restricted") // the driver's own libraries, by their names
    private static Optional<String> open(String library) {
        String folder = System.getProperty(FOLDER_PROPERTY, "");
        try {
            if (folder.isEmpty()) {
                SymbolLookup.libraryLookup(library, Arena.global());
            } else {
                SymbolLookup.libraryLookup(Path.of(folder).toAbsolutePath().resolve(library), Arena.global());
            }
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(folder.isEmpty() ? library + " is not found" : folder + "/" + library + " is not found");
        }
    }

    private static Optional<String> requireNatives(String name, Class<?> user) {
        String file = System.mapLibraryName(LibUtils.createPlatformLibraryName(name + "-" + JCudaVersion.get()));
        boolean onPath = Arrays.stream(
                        System.getProperty("java.library.path", "").split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .anyMatch(folder -> Files.isRegularFile(Path.of(folder, file)));
        boolean inModule =
                user.getClassLoader().getResource(MODULE_NATIVES.resolve(file).toString()) != null;
        return onPath || inModule
                ? Optional.empty()
                : Optional.of("JCuda's library " + file + " is neither in its module nor on java.library.path");
    }
}
