package io.intramuros.kernels.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.intramuros.kernels.cuda.driver.Gpu;
import io.intramuros.kernels.cuda.driver.GpuContext;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandle;

/** What the stand-in's GPUs have of memory, and a way to leave them less. */
public final class EmulatedMemory {
    private static final MethodHandle EVER = function("intramurosEmulatorAllocationsEver");
    private static final MethodHandle PINNED = function("intramurosEmulatorPinnedPieces");
    private static final MethodHandle USED = function("intramurosEmulatorUsedBytes", JAVA_INT);

    /** Pieces are multiples of so many bytes. */
    public static final long PIECE = 512;

    private EmulatedMemory() {}

    /** Pieces that were ever asked for, on GPUs and pinned. */
    public static long allocationsEver() {
        try {
            return (long) EVER.invokeExact();
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Pieces of pinned memory that there are. */
    public static long pinnedPieces() {
        try {
            return (long) PINNED.invokeExact();
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Bytes of a GPU that are taken. */
    public static long usedBytes(int device) {
        try {
            return (long) USED.invokeExact(device);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the first GPU has to have free so that a backend may use so many bytes: these, and what it keeps in reserve. */
    public static long freeFor(long bytes) {
        return bytes + GpuNeed.reserve(Gpu.all().getFirst());
    }

    /**
     * Takes memory of the first GPUs, as another process might, so that only some is left free.
     *
     * @param freeBytes that stay, and up to 511 more
     */
    public static Taken leave(int gpus, long freeBytes) {
        Taken taken = new Taken(new GpuContext[gpus]);
        for (int i = 0; i < gpus; i++) {
            taken.contexts[i] = new GpuContext(Gpu.all().get(i));
            taken.contexts[i].allocate((taken.contexts[i].freeBytes() - freeBytes) / PIECE * PIECE);
        }
        return taken;
    }

    /** Memory that others have; closed by the thread that took it. */
    public record Taken(GpuContext[] contexts) implements AutoCloseable {
        @Override
        public void close() {
            for (GpuContext context : contexts) {
                context.close();
            }
        }
    }

    private static MethodHandle function(String name, MemoryLayout... parameters) {
        return EmulatedLibrary.function(EmulatedLibrary.DRIVER, name, FunctionDescriptor.of(JAVA_LONG, parameters));
    }
}
