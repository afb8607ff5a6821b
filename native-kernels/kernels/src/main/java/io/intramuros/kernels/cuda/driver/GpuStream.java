package io.intramuros.kernels.cuda.driver;

import static io.intramuros.kernels.cuda.driver.Calls.check;

import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/**
 * A queue of work for a GPU: what is put in is done in this order, later. Used by the thread whose current context it
 * belongs to, which also frees it.
 */
public final class GpuStream {
    private final GpuContext context;
    private final CUstream stream = new CUstream();

    GpuStream(GpuContext context) {
        this.context = context;
        check(JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING), "cuStreamCreate" + where());
    }

    /** The context it belongs to. */
    public GpuContext context() {
        return context;
    }

    /** Copies from the host. */
    public void copyIn(PinnedBuffer from, long fromOffset, DeviceBuffer to, long toOffset, long bytes) {
        if (bytes > 0) {
            check(
                    JCudaDriver.cuMemcpyHtoDAsync(to.at(toOffset, bytes), from.at(fromOffset, bytes), bytes, stream),
                    "cuMemcpyHtoDAsync" + where());
        }
    }

    /** Copies to the host; the bytes are there after {@link #synchronize}. */
    public void copyOut(DeviceBuffer from, long fromOffset, PinnedBuffer to, long toOffset, long bytes) {
        if (bytes > 0) {
            check(
                    JCudaDriver.cuMemcpyDtoHAsync(to.at(toOffset, bytes), from.at(fromOffset, bytes), bytes, stream),
                    "cuMemcpyDtoHAsync" + where());
        }
    }

    /** Copies within a GPU, or between two that reach each other. */
    public void copy(DeviceBuffer from, long fromOffset, DeviceBuffer to, long toOffset, long bytes) {
        if (bytes > 0) {
            check(
                    JCudaDriver.cuMemcpyPeerAsync(
                            to.at(toOffset, bytes),
                            to.context().handle(),
                            from.at(fromOffset, bytes),
                            from.context().handle(),
                            bytes,
                            stream),
                    "cuMemcpyPeerAsync" + where());
        }
    }

    /** Fills memory with zeros. */
    public void zero(DeviceBuffer buffer, long offset, long bytes) {
        if (bytes > 0) {
            check(
                    JCudaDriver.cuMemsetD8Async(buffer.at(offset, bytes), (byte) 0, bytes, stream),
                    "cuMemsetD8Async" + where());
        }
    }

    /** Runs a kernel. */
    public void launch(Kernel kernel, LaunchShape shape, KernelArguments arguments) {
        kernel.allowShared(shape.sharedBytes());
        check(
                JCudaDriver.cuLaunchKernel(
                        kernel.function(),
                        shape.x(),
                        shape.y(),
                        shape.z(),
                        shape.threads(),
                        1,
                        1,
                        shape.sharedBytes(),
                        stream,
                        null,
                        arguments.extra()),
                "cuLaunchKernel of " + kernel.name() + where());
    }

    /** Runs everything that was captured. */
    public void launch(GpuGraph graph) {
        check(JCudaDriver.cuGraphLaunch(graph.executable(), stream), "cuGraphLaunch" + where());
    }

    /** Marks this place in the queue. */
    public void record(GpuEvent event) {
        check(JCudaDriver.cuEventRecord(event.handle(), stream), "cuEventRecord" + where());
    }

    /** Goes on only after the mark, which may be in another GPU's queue. */
    public void await(GpuEvent event) {
        check(JCudaDriver.cuStreamWaitEvent(stream, event.handle(), 0), "cuStreamWaitEvent" + where());
    }

    /**
     * Notes what {@code work} puts into this queue instead of doing it, and brings what was noted to the GPU.
     *
     * @throws RuntimeException what {@code work} threw; the queue is as it was then
     */
    public GpuGraph capture(Runnable work) {
        check(
                JCudaDriver.cuStreamBeginCapture(stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL),
                "cuStreamBeginCapture" + where());
        CUgraph graph = new CUgraph();
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            JCudaDriver.cuStreamEndCapture(stream, graph);
            throw e;
        }
        check(JCudaDriver.cuStreamEndCapture(stream, graph), "cuStreamEndCapture" + where());
        CUgraphExec executable = new CUgraphExec();
        int answer = JCudaDriver.cuGraphInstantiate(executable, graph, 0);
        check(JCudaDriver.cuGraphDestroy(graph), "cuGraphDestroy" + where());
        check(answer, "cuGraphInstantiate" + where());
        check(JCudaDriver.cuGraphUpload(executable, stream), "cuGraphUpload" + where());
        return new GpuGraph(executable);
    }

    /**
     * Waits until everything is done.
     *
     * @throws CudaException if something failed, also something queued earlier
     */
    public void synchronize() {
        check(JCudaDriver.cuStreamSynchronize(stream), "waiting" + where());
    }

    /** JCuda's handle, for cuBLAS. */
    public CUstream handle() {
        return stream;
    }

    void close() {
        JCudaDriver.cuStreamDestroy(stream);
    }

    private String where() {
        return " on GPU " + context.gpu().ordinal();
    }
}
