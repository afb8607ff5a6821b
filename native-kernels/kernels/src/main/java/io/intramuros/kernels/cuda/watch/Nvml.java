package io.intramuros.kernels.cuda.watch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.intramuros.kernels.cuda.driver.CudaLibraries;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * NVIDIA's management library {@value #LIBRARY}, opened and initialised. Every call returns a number of
 * {@link NvmlResult}; a function that an old or new driver's library doesn't have answers
 * {@link NvmlResult#FUNCTION_NOT_FOUND}. Thread-safe, as the library is.
 */
@SuppressWarnings("restricted") // Calling native functions is what this class is for.
final class Nvml implements AutoCloseable {
    private static final String LIBRARY = "libnvidia-ml.so.1";
    private static final int LONGEST_ERROR = 256;

    private final SymbolLookup library;
    private final Function shutdown;
    private final Function handleByBusId;
    private final Optional<MethodHandle> errorText;

    private Nvml(SymbolLookup library) {
        this.library = library;
        shutdown = function("nvmlShutdown");
        handleByBusId = function("nvmlDeviceGetHandleByPciBusId_v2", ADDRESS, ADDRESS);
        errorText = library.find("nvmlErrorString").map(Nvml::errorText);
    }

    /**
     * Opens the library: that of the folder in the system property {@value CudaLibraries#FOLDER_PROPERTY} if it is set, else the
     * system's.
     *
     * @param whyNot hears in one line why there is none
     */
    static Optional<Nvml> open(Consumer<String> whyNot) {
        String folder = System.getProperty(CudaLibraries.FOLDER_PROPERTY);
        SymbolLookup found;
        try {
            // Never unloaded: the library is small, and functions may be called as long as the program runs.
            found = folder == null || folder.isBlank()
                    ? SymbolLookup.libraryLookup(LIBRARY, Arena.global())
                    : SymbolLookup.libraryLookup(Path.of(folder, LIBRARY), Arena.global());
        } catch (IllegalArgumentException | IllegalCallerException e) {
            whyNot.accept("the driver's management library can't be loaded: " + e.getMessage());
            return Optional.empty();
        }
        Nvml nvml = new Nvml(found);
        int result = nvml.function("nvmlInit_v2").call();
        if (result != NvmlResult.SUCCESS) {
            whyNot.accept("the driver's management library doesn't start: " + nvml.describe(result));
            return Optional.empty();
        }
        return Optional.of(nvml);
    }

    /** Finds a card: its handle goes to {@code handle}. */
    int handle(MemorySegment busId, MemorySegment handle) {
        return handleByBusId.call(busId, handle);
    }

    /** A result for a message. */
    String describe(int result) {
        return errorText.map(text -> invoke(text, result)).orElse("error") + " (" + result + ")";
    }

    /** The function of that name, with parameters of these types. */
    Function function(String name, MemoryLayout... parameters) {
        return new Function(
                name,
                library.find(name)
                        .map(address -> Linker.nativeLinker()
                                .downcallHandle(address, FunctionDescriptor.of(JAVA_INT, parameters))
                                .asSpreader(Object[].class, parameters.length)));
    }

    /** Gives the library back. */
    @Override
    public void close() {
        shutdown.call();
    }

    private static MethodHandle errorText(MemorySegment address) {
        MemoryLayout text = MemoryLayout.sequenceLayout(LONGEST_ERROR, JAVA_BYTE);
        return Linker.nativeLinker()
                .downcallHandle(address, FunctionDescriptor.of(ADDRESS.withTargetLayout(text), JAVA_INT));
    }

    private static String invoke(MethodHandle errorText, int result) {
        try {
            MemorySegment text = (MemorySegment) errorText.invokeExact(result);
            return text.equals(MemorySegment.NULL) ? "error" : text.getString(0);
        } catch (Throwable e) {
            throw new IllegalStateException("nvmlErrorString can't be called", e);
        }
    }

    /** A function of the library, if the library has it. */
    static final class Function {
        private final String name;
        private final Optional<MethodHandle> handle;

        private Function(String name, Optional<MethodHandle> handle) {
            this.name = name;
            this.handle = handle;
        }

        String name() {
            return name;
        }

        int call(Object... arguments) {
            if (handle.isEmpty()) {
                return NvmlResult.FUNCTION_NOT_FOUND;
            }
            try {
                return (int) handle.get().invokeExact(arguments);
            } catch (Throwable e) {
                throw new IllegalStateException(name + " can't be called", e);
            }
        }
    }
}
