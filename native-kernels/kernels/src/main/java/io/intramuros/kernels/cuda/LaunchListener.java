package io.intramuros.kernels.cuda;

import io.intramuros.kernels.cuda.driver.GpuStream;

/**
 * Is told of every kernel that is put into a GPU's queue, and of copies of other GPUs' parts of a sum, for accounts and
 * timings; nothing is worked out when nobody listens. Kernels of a captured graph are told once, when they are captured.
 */
public interface LaunchListener {
    /**
     * A kernel was queued. Called on the GPU's own thread, so on several at once where there are several GPUs.
     *
     * @param stream where it was queued, behind everything before
     * @param kernel its name
     * @param traffic what it moves and computes
     */
    void launched(GpuStream stream, String kernel, Traffic traffic);

    /**
     * Nothing more will be told of a queue, and all that was in it is done. Called on the GPU's own thread, where what
     * belongs to its context can be asked.
     *
     * @param stream the queue
     */
    default void ended(GpuStream stream) {}
}
