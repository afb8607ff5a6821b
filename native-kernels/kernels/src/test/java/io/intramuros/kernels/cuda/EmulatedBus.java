package io.intramuros.kernels.cuda;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/** What lies between the stand-in's GPUs, and between them and the host. */
public final class EmulatedBus {
    private static final MethodHandle SET_PEERS = EmulatedLibrary.function(
            EmulatedLibrary.DRIVER, "intramurosEmulatorSetPeers", FunctionDescriptor.ofVoid(JAVA_INT));

    private static final MethodHandle SET_RATE = EmulatedLibrary.function(
            EmulatedLibrary.DRIVER, "intramurosEmulatorSetBusRate", FunctionDescriptor.ofVoid(JAVA_INT, JAVA_DOUBLE));

    private static final MethodHandle SET_LOSE = EmulatedLibrary.function(
            EmulatedLibrary.DRIVER, "intramurosEmulatorSetPeersLose", FunctionDescriptor.ofVoid(JAVA_INT));

    private EmulatedBus() {}

    /** How many bytes a second come to a GPU from now on, as its events tell; 0 for as many as come. */
    public static void setBytesPerSecond(int gpu, double bytes) {
        try {
            SET_RATE.invokeExact(gpu, bytes);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether GPUs that reach each other's memory change what they copy from there, from now on. */
    public static void loseBytesBetweenGpus(boolean lose) {
        try {
            SET_LOSE.invokeExact(lose ? 1 : 0);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether GPUs reach each other's memory from now on. */
    public static void letGpusReachEachOther(boolean reach) {
        try {
            SET_PEERS.invokeExact(reach ? 1 : 0);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
