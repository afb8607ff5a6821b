package io.intramuros.kernels.cuda.driver;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.driver.JCudaDriver;

/**
 * The arguments of one launch, as the kernel wants them in memory: each at a multiple of its size. Made once by whoever
 * launches and filled anew for each launch: {@link #begin}, then one call per parameter in the kernel's order.
 */
public final class KernelArguments {
    /** More than any kernel has. */
    private static final int CAPACITY_BYTES = 512;

    private final ByteBuffer values = ByteBuffer.allocateDirect(CAPACITY_BYTES).order(ByteOrder.nativeOrder());
    private final ByteBuffer size = ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.nativeOrder());
    private final Pointer extra = Pointer.to(
            JCudaDriver.CU_LAUNCH_PARAM_BUFFER_POINTER,
            Pointer.to(values),
            JCudaDriver.CU_LAUNCH_PARAM_BUFFER_SIZE,
            Pointer.to(size),
            JCudaDriver.CU_LAUNCH_PARAM_END);

    /** Forgets the last launch's. */
    public KernelArguments begin() {
        values.clear();
        return this;
    }

    /** An address on the device; 0 for none. */
    public KernelArguments address(long address) {
        values.position((values.position() + Long.BYTES - 1) / Long.BYTES * Long.BYTES);
        values.putLong(address);
        return this;
    }

    /** A whole number of 32 bits. */
    public KernelArguments number(int number) {
        values.putInt(number);
        return this;
    }

    /** A number of single precision. */
    public KernelArguments number(float number) {
        values.putFloat(number);
        return this;
    }

    /** True or false, in 32 bits. */
    public KernelArguments flag(boolean flag) {
        return number(flag ? 1 : 0);
    }

    Pointer extra() {
        size.putLong(0, values.position());
        return extra;
    }
}
