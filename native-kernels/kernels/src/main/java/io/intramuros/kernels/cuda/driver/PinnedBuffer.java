package io.intramuros.kernels.cuda.driver;

import static io.intramuros.kernels.cuda.driver.Calls.check;

import java.lang.foreign.MemorySegment;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;

/**
 * Memory of the host that stays where it is, so that GPUs copy from it and to it while the host does something else. All
 * contexts of the process may use it. Whoever made it closes it; what isn't closed ends with the context that was current
 * when it was made.
 */
public final class PinnedBuffer implements AutoCloseable {
    private final Address pointer = new Address();
    private final MemorySegment memory;
    private boolean closed;

    private static final class Address extends Pointer {
        long value() {
            return getNativePointer() + getByteOffset();
        }
    }

    private static final class MappedAddress extends CUdeviceptr {
        long value() {
            return getNativePointer() + getByteOffset();
        }
    }

    /**
     * A context has to be current on the calling thread.
     *
     * @throws CudaException if the host has not the memory
     */
    @SuppressWarnings("restricted") // the driver vouches for the address and the size
    public PinnedBuffer(long bytes) {
        check(
                JCudaDriver.cuMemHostAlloc(
                        pointer, bytes, JCudaDriver.CU_MEMHOSTALLOC_PORTABLE | JCudaDriver.CU_MEMHOSTALLOC_DEVICEMAP),
                "cuMemHostAlloc of " + bytes + " bytes");
        memory = MemorySegment.ofAddress(pointer.value()).reinterpret(bytes);
    }

    /** The memory itself; not to be touched where a queued copy is under way, nor after {@link #close}. */
    public MemorySegment memory() {
        return memory;
    }

    /** Its address for kernels on the current context's GPU. */
    public long deviceAddress() {
        MappedAddress mapped = new MappedAddress();
        check(JCudaDriver.cuMemHostGetDevicePointer(mapped, pointer, 0), "cuMemHostGetDevicePointer");
        return mapped.value();
    }

    Pointer at(long offset, long count) {
        if (offset < 0 || count < 0 || offset + count > memory.byteSize()) {
            throw new IndexOutOfBoundsException(
                    count + " bytes at " + offset + " reach beyond the " + memory.byteSize() + " bytes of this memory");
        }
        return pointer.withByteOffset(offset);
    }

    /** Also after a fault, when the driver refuses and the context's end frees it. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            JCudaDriver.cuMemFreeHost(pointer);
        }
    }
}
