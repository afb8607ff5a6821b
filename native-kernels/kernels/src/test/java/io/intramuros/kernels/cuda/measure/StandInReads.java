package io.intramuros.kernels.cuda.measure;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.intramuros.kernels.cuda.EmulatedLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/** Asks the stand-in for GPUs what kernels have really read of weights. */
final class StandInReads {
    private static final MethodHandle STREAMED = EmulatedLibrary.function(
            EmulatedLibrary.DRIVER, "intramurosEmulatorStreamedBytes", FunctionDescriptor.of(JAVA_LONG, ADDRESS));

    private StandInReads() {}

    /** Bytes that all launches of a kernel so far have read past the L1 cache, as weights are read. */
    static long streamedBytes(String kernel) {
        try (Arena arena = Arena.ofConfined()) {
            return (long) STREAMED.invokeExact(arena.allocateFrom(kernel));
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
