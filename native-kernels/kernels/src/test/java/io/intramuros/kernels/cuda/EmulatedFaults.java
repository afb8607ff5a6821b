package io.intramuros.kernels.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.intramuros.kernels.cuda.driver.Gpu;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/** Breaks the stand-in's GPUs while they work. */
public final class EmulatedFaults {
    private static final MethodHandle INJECT = EmulatedLibrary.function(
            EmulatedLibrary.DRIVER, "intramurosEmulatorInject", FunctionDescriptor.of(JAVA_INT, ADDRESS));

    private EmulatedFaults() {}

    /**
     * Asks for faults from now on; what was asked for before and has not happened never will.
     *
     * @param faults such as {@code ecc@launch=17,device=1;out-of-memory@allocation=3}, counted from now
     */
    public static void ask(String faults) {
        // A driver that hasn't started hears nothing.
        Gpu.all();
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
}
