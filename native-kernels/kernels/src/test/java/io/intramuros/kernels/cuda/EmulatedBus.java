package io.intramuros.kernels.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/** What lies between the stand-in's GPUs. */
public final class EmulatedBus {
    private static final MethodHandle SET_PEERS =
            StandIn.function(StandIn.DRIVER, "intramurosEmulatorSetPeers", FunctionDescriptor.ofVoid(JAVA_INT));

    private EmulatedBus() {}

    /** Whether GPUs reach each other's memory from now on. */
    public static void letGpusReachEachOther(boolean reach) {
        try {
            SET_PEERS.invokeExact(reach ? 1 : 0);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
