package io.intramuros.kernels.cuda.driver;

import static io.intramuros.kernels.cuda.driver.Calls.check;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUctx_flags;
import jcuda.driver.CUdevice;
import jcuda.driver.CUjitInputType;
import jcuda.driver.CUlinkState;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import jcuda.driver.JITOptions;

/**
 * What one engine owns on one GPU: memory, queues, kernels. A context of its own, not the one that all of a process
 * share, so that a fault stays with the engine that made it and closing frees everything, even then. Opened, used and
 * closed by one thread.
 */
public final class GpuContext implements AutoCloseable {
    private final Gpu gpu;
    private final CUdevice device;
    private final CUcontext context = new CUcontext();
    private final List<GpuStream> streams = new ArrayList<>();
    private final List<GpuEvent> events = new ArrayList<>();
    private boolean closed;

    /** Shows where memory of the driver's lies, which JCuda keeps to itself and its heirs. */
    private static final class DriverMemory extends Pointer {
        long address() {
            return getNativePointer();
        }
    }

    /** Opens a context and makes it the current one of the calling thread. */
    public GpuContext(Gpu gpu) {
        this.gpu = gpu;
        device = Gpu.device(gpu.ordinal());
        check(
                JCudaDriver.cuCtxCreate(context, CUctx_flags.CU_CTX_SCHED_BLOCKING_SYNC, device),
                "cuCtxCreate on GPU " + gpu.ordinal());
    }

    /** The GPU. */
    public Gpu gpu() {
        return gpu;
    }

    /** Memory that nobody has taken, other processes included. */
    public long freeBytes() {
        long[] free = new long[1];
        long[] total = new long[1];
        check(JCudaDriver.cuMemGetInfo(free, total), "cuMemGetInfo on GPU " + gpu.ordinal());
        return free[0];
    }

    /** Takes memory; its contents are not defined. */
    public DeviceBuffer allocate(long bytes) {
        return new DeviceBuffer(this, bytes);
    }

    /** A new queue; it lives as long as this context. */
    public GpuStream stream() {
        GpuStream stream = new GpuStream(this);
        streams.add(stream);
        return stream;
    }

    /** A new mark that tells only order. */
    public GpuEvent event() {
        return keep(new GpuEvent(this, false));
    }

    /** A new mark that tells time as well. */
    public GpuEvent timedEvent() {
        return keep(new GpuEvent(this, true));
    }

    private GpuEvent keep(GpuEvent event) {
        events.add(event);
        return event;
    }

    /** Whether this GPU can be given access to the other's memory. */
    public boolean canReach(Gpu other) {
        int[] can = new int[1];
        check(
                JCudaDriver.cuDeviceCanAccessPeer(can, device, Gpu.device(other.ordinal())),
                "cuDeviceCanAccessPeer from GPU " + gpu.ordinal() + " to " + other.ordinal());
        return can[0] != 0;
    }

    /** Lets kernels of this context use the other's memory. */
    public void reach(GpuContext other) {
        int answer = JCudaDriver.cuCtxEnablePeerAccess(other.context, 0);
        if (answer != CUresult.CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED) {
            check(answer, "cuCtxEnablePeerAccess from GPU " + gpu.ordinal() + " to " + other.gpu.ordinal());
        }
    }

    /** Takes the other's memory away from this context's kernels; copies between the two go through the host then. */
    public void leave(GpuContext other) {
        check(
                JCudaDriver.cuCtxDisablePeerAccess(other.context),
                "cuCtxDisablePeerAccess from GPU " + gpu.ordinal() + " to " + other.gpu.ordinal());
    }

    /**
     * Loads kernels.
     *
     * @param image PTX ending in a zero byte, or a cubin
     */
    public KernelModule load(byte[] image) {
        CUmodule module = new CUmodule();
        check(
                JCudaDriver.cuModuleLoadDataEx(module, Pointer.to(image), 0, new int[0], Pointer.to(new int[0])),
                "loading kernels on GPU " + gpu.ordinal());
        return new KernelModule(module);
    }

    /**
     * Has the driver make machine code for this GPU.
     *
     * @param ptx ending in a zero byte
     * @return a cubin to {@link #load}
     * @throws CudaException if the driver can't; {@link CudaException#refusesKernels} tells whether the PTX is the reason
     */
    @SuppressWarnings("restricted") // memory that the driver names
    public byte[] link(byte[] ptx) {
        String where = " on GPU " + gpu.ordinal();
        JITOptions none = new JITOptions();
        CUlinkState state = new CUlinkState();
        check(JCudaDriver.cuLinkCreate(none, state), "cuLinkCreate" + where);
        try {
            check(
                    JCudaDriver.cuLinkAddData(
                            state, CUjitInputType.CU_JIT_INPUT_PTX, Pointer.to(ptx), ptx.length, "kernels", none),
                    "compiling kernels from PTX" + where);
            DriverMemory image = new DriverMemory();
            long[] bytes = new long[1];
            check(JCudaDriver.cuLinkComplete(state, image, bytes), "cuLinkComplete" + where);
            return MemorySegment.ofAddress(image.address())
                    .reinterpret(bytes[0])
                    .toArray(ValueLayout.JAVA_BYTE);
        } finally {
            JCudaDriver.cuLinkDestroy(state);
        }
    }

    CUcontext handle() {
        return context;
    }

    /** Frees everything; also after a fault, of which nothing is said any more. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            events.forEach(GpuEvent::close);
            streams.forEach(GpuStream::close);
            JCudaDriver.cuCtxDestroy(context);
        }
    }
}
