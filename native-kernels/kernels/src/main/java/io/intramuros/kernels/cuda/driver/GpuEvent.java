package io.intramuros.kernels.cuda.driver;

import static io.intramuros.kernels.cuda.driver.Calls.check;

import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.JCudaDriver;

/** A mark in a queue that others wait for. */
public final class GpuEvent {
    private final GpuContext context;
    private final CUevent event = new CUevent();

    /** @param timed whether it notes the time, too */
    GpuEvent(GpuContext context, boolean timed) {
        this.context = context;
        check(
                JCudaDriver.cuEventCreate(
                        event, timed ? CUevent_flags.CU_EVENT_DEFAULT : CUevent_flags.CU_EVENT_DISABLE_TIMING),
                "cuEventCreate" + where());
    }

    CUevent handle() {
        return event;
    }

    /** Waits until the GPU has come to the mark. */
    public void synchronize() {
        check(JCudaDriver.cuEventSynchronize(event), "cuEventSynchronize" + where());
    }

    /** Milliseconds from another mark to this one; both are timed and have been reached. */
    public float millisSince(GpuEvent earlier) {
        float[] millis = new float[1];
        check(JCudaDriver.cuEventElapsedTime(millis, earlier.event, event), "cuEventElapsedTime" + where());
        return millis[0];
    }

    void close() {
        JCudaDriver.cuEventDestroy(event);
    }

    private String where() {
        return " on GPU " + context.gpu().ordinal();
    }
}
