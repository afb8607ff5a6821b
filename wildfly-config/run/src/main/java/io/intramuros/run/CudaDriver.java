package io.intramuros.run;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * NVIDIA's driver, as far as {@code ./run} has to know it.
 *
 * @param standIn a directory with a driver to be used instead of the system's, for tests; usually empty
 */
@SuppressWarnings("restricted") // calling the driver is what it is for; ./run allows it
record CudaDriver(Optional<Path> standIn) {
    /** Names the stand-in's directory. */
    static final String STAND_IN = "INTRAMUROS_CUDA_LIBRARIES";

    private static final String LIBRARY = "libcuda.so.1";

    /** What the driver says where it works and there is no GPU. */
    private static final int NO_DEVICE = 100;

    /**
     * The one that the server will use.
     *
     * @throws RunException if the environment names a stand-in that isn't there
     */
    static CudaDriver of(Map<String, String> environment) {
        String directory = environment.getOrDefault(STAND_IN, "");
        if (directory.isEmpty()) {
            return new CudaDriver(Optional.empty());
        }
        Path standIn = Path.of(directory).toAbsolutePath().normalize();
        if (!Files.isRegularFile(standIn.resolve(LIBRARY))) {
            throw new RunException(STAND_IN + " is " + directory + ", but there is no " + LIBRARY
                    + " in it. Unset it, or build the stand-in:"
                    + " make -C native-kernels/kernels/src/test/emulator");
        }
        return new CudaDriver(Optional.of(standIn));
    }

    /** Whether there is a driver that starts and finds a GPU. One that is there and doesn't start is told of. */
    boolean findsGpu() {
        // Never unloaded: a driver that has started has threads of its own.
        Arena forever = Arena.global();
        try {
            SymbolLookup driver = standIn.map(
                            directory -> SymbolLookup.libraryLookup(directory.resolve(LIBRARY), forever))
                    .orElseGet(() -> SymbolLookup.libraryLookup(LIBRARY, forever));
            MemorySegment count = forever.allocate(ValueLayout.JAVA_INT);
            int started = (int) function(driver, "cuInit", ValueLayout.JAVA_INT).invokeExact(0);
            if (started != 0 && started != NO_DEVICE) {
                Console.warn("NVIDIA's driver is installed but doesn't start (CUDA error " + started
                        + "), so the processor computes. Where several GPUs are joined by switches, the driver's fabric"
                        + " manager has to run too.");
            }
            return started == 0
                    && (int) function(driver, "cuDeviceGetCount", ValueLayout.ADDRESS)
                                    .invokeExact(count)
                            == 0
                    && count.get(ValueLayout.JAVA_INT, 0) > 0;
        } catch (IllegalArgumentException e) {
            // No such library: that is what most machines have.
            return false;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** A function of the driver with one argument; it returns CUDA's error code. */
    private static MethodHandle function(SymbolLookup driver, String name, MemoryLayout argument) {
        return Linker.nativeLinker()
                .downcallHandle(driver.findOrThrow(name), FunctionDescriptor.of(ValueLayout.JAVA_INT, argument));
    }
}
