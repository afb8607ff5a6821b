package io.intramuros.kernels.cuda;

import io.intramuros.kernels.cuda.driver.Gpu;
import io.intramuros.kernels.cuda.driver.GpuStream;
import io.intramuros.kernels.cuda.driver.KernelArguments;
import io.intramuros.kernels.cuda.driver.LaunchShape;

/** Puts kernels into one GPU's queue. */
final class Launcher {
    private final Gpu gpu;
    private final KernelLibrary kernels;
    private final GpuStream stream;
    private final KernelArguments arguments = new KernelArguments();

    Launcher(Gpu gpu, KernelLibrary kernels, GpuStream stream) {
        this.gpu = gpu;
        this.kernels = kernels;
        this.stream = stream;
    }

    Gpu gpu() {
        return gpu;
    }

    GpuStream stream() {
        return stream;
    }

    /** To be filled with a kernel's parameters in their order, just before {@link #launch}. */
    KernelArguments arguments() {
        return arguments.begin();
    }

    /** Launches a kernel with the arguments filled in last. */
    void launch(String kernel, LaunchShape shape) {
        stream.launch(kernels.kernel(kernel), shape, arguments);
    }
}
