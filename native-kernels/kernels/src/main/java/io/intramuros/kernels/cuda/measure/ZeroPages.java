package io.intramuros.kernels.cuda.measure;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Memory that reads as zeros and takes up none: for weights whose values don't matter. It lasts as long as the process. */
@SuppressWarnings("restricted") // The system's own mmap.
final class ZeroPages {
    private static final int PROT_READ = 1;
    private static final int MAP_PRIVATE = 2;
    private static final int MAP_ANONYMOUS = 0x20;
    private static final int MAP_NORESERVE = 0x4000;

    private static final MethodHandle MMAP = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("mmap"),
                    FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));

    private ZeroPages() {}

    static MemorySegment map(long bytes) {
        MemorySegment memory;
        try {
            memory = (MemorySegment) MMAP.invokeExact(
                    MemorySegment.NULL, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0L);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        if (memory.address() == -1) {
            throw new IllegalStateException("no address space for " + bytes + " bytes of zeros");
        }
        return memory.reinterpret(bytes);
    }
}
