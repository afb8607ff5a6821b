package io.intramuros.kernels.cuda.watch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.intramuros.kernels.cuda.EmulatedLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;

/** Sets what the stand-in for the management library says of its GPUs. */
public final class StandInGpus {
    /** What can be set, but for {@code device}, whose error is that of every question. */
    public static final List<String> VALUES = List.of(
            "temperature",
            "highest-temperature",
            "slowdown-temperature",
            "used",
            "total",
            "utilisation",
            "memory-utilisation",
            "power",
            "power-limit",
            "ecc-corrected",
            "ecc-uncorrected",
            "throttle");

    private static final MethodHandle SET = EmulatedLibrary.function(
            "libnvidia-ml.so.1", "intramurosEmulatorSetGpu", FunctionDescriptor.ofVoid(JAVA_INT, ADDRESS));

    private StandInGpus() {}

    /**
     * Sets values of a GPU and forgets those that were set before.
     *
     * @param values such as {@code temperature=93;power=!3}, where {@code !3} is the library's error 3
     */
    public static void set(int device, String values) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(values);
            SET.invokeExact(device, text);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
