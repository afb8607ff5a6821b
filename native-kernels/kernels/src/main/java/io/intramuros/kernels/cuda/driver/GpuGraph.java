package io.intramuros.kernels.cuda.driver;

import jcuda.driver.CUgraphExec;
import jcuda.driver.JCudaDriver;

/** Work that was captured once and is put into a queue with one call. */
public final class GpuGraph {
    private final CUgraphExec executable;

    GpuGraph(CUgraphExec executable) {
        this.executable = executable;
    }

    CUgraphExec executable() {
        return executable;
    }

    /** Forgets it; it may not be running. */
    public void close() {
        JCudaDriver.cuGraphExecDestroy(executable);
    }
}
