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
import jcuda.nvrtc.JNvrtc;

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

    /** The system property that, if {@code true}, keeps cuBLAS from being used: all products by our own kernels then. */
    public static final String WITHOUT_BLAS_PROPERTY = "intramuros.cuda.without-cublas";

    /**
     * The system property that names the file of {@code libnvrtc.so.12}, where the system's loader doesn't find it by
     * itself. Of the folder that stands in for a GPU none is taken: a stand-in loads PTX alone, no machine code.
     */
    public static final String COMPILER_PROPERTY = "intramuros.cuda.nvrtc";

    private static final String DRIVER = "libcuda.so.1";
    private static final String BLAS = "libcublas.so.12";
    private static final String COMPILER = "libnvrtc.so.12";
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
        if (Boolean.getBoolean(WITHOUT_BLAS_PROPERTY)) {
            return Optional.of(WITHOUT_BLAS_PROPERTY + " is set");
        }
        Optional<String> fault = open(BLAS);
        if (fault.isPresent()) {
            return Optional.of("cuBLAS is not installed (" + fault.get() + ")");
        }
        return requireNatives("JCublas2", JCublas2.class);
    }

    /** Loads the compiler of CUDA C++; returns why it can't be used, or empty if it can. */
    public static Optional<String> loadCompiler() {
        String file = System.getProperty(COMPILER_PROPERTY, "");
        if (!System.getProperty(FOLDER_PROPERTY, "").isEmpty()) {
            return Optional.of("the stand-in for a GPU takes no machine code");
        }
        return file.isEmpty() ? loadCompiler(open(COMPILER)) : loadCompiler(Path.of(file));
    }

    /** Loads the compiler of CUDA C++ from a file; returns why it can't be used, or empty if it can. */
    static Optional<String> loadCompiler(Path file) {
        return loadCompiler(openFile(file.toAbsolutePath()));
    }

    private static Optional<String> loadCompiler(Optional<String> fault) {
        return fault.isPresent()
                ? Optional.of("NVRTC is not installed (" + fault.get() + ")")
                : requireNatives("JNvrtc", JNvrtc.class);
    }

    /** Once a library is open, what needs it by its name finds it, wherever it came from. */
    @SuppressWarnings("restricted") // the driver's own libraries, by their names
    private static Optional<String> open(String library) {
        String folder = System.getProperty(FOLDER_PROPERTY, "");
        if (!folder.isEmpty()) {
            return openFile(Path.of(folder).toAbsolutePath().resolve(library));
        }
        try {
            SymbolLookup.libraryLookup(library, Arena.global());
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(library + " is not found");
        }
    }

    @SuppressWarnings("restricted") // NVIDIA's libraries, where the administrator has said that they are
    private static Optional<String> openFile(Path file) {
        try {
            SymbolLookup.libraryLookup(file, Arena.global());
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(file + " is not found");
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
