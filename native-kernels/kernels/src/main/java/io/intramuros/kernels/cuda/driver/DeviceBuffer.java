package io.intramuros.kernels.cuda.driver;

import static io.intramuros.kernels.cuda.driver.Calls.check;

import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;

/** Memory of a GPU. It belongs to its context, which frees it at its end if nobody did before. */
public final class DeviceBuffer {
    /** Small pieces are multiples of this… */
    private static final long SMALL_GRANULE = 512;

    /** …and share the driver's pages; what is larger has pages of its own. */
    private static final long PAGE = 2L << 20;

    private static final long LARGE = 1L << 20;

    private final GpuContext context;
    private final Address base;
    private final long bytes;
    private boolean freed;

    /** Shows the address, which JCuda keeps to itself and its heirs. */
    private static final class Address extends CUdeviceptr {
        long value() {
            return getNativePointer() + getByteOffset();
        }
    }

    DeviceBuffer(GpuContext context, long bytes) {
        this.context = context;
        this.bytes = bytes;
        base = new Address();
        check(
                JCudaDriver.cuMemAlloc(base, bytes),
                "cuMemAlloc of " + bytes + " bytes on GPU " + context.gpu().ordinal());
    }

    /** What allocations of these sizes take of a GPU's memory together. */
    public static long charged(long... sizes) {
        long sum = 0;
        for (long bytes : sizes) {
            long granule = bytes < LARGE ? SMALL_GRANULE : PAGE;
            sum += (bytes + granule - 1) / granule * granule;
        }
        return sum;
    }

    /** Where it begins, for kernels. */
    public long address() {
        return base.value();
    }

    /** Its size. */
    public long bytes() {
        return bytes;
    }

    /** The context that owns it. */
    public GpuContext context() {
        return context;
    }

    /** Gives the memory back. Nothing that is queued may use it any more. */
    public void free() {
        if (!freed) {
            freed = true;
            check(
                    JCudaDriver.cuMemFree(base),
                    "cuMemFree on GPU " + context.gpu().ordinal());
        }
    }

    /** The place of a copy, after a check that it stays inside. */
    CUdeviceptr at(long offset, long count) {
        if (offset < 0 || count < 0 || offset + count > bytes) {
            throw new IndexOutOfBoundsException(
                    count + " bytes at " + offset + " reach beyond the " + bytes + " bytes of this memory");
        }
        return base.withByteOffset(offset);
    }
}
