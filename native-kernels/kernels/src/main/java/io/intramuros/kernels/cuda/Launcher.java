package io.intramuros.kernels.cuda;

import io.intramuros.kernels.cuda.driver.Gpu;
import io.intramuros.kernels.cuda.driver.GpuStream;
import io.intramuros.kernels.cuda.driver.KernelArguments;
import io.intramuros.kernels.cuda.driver.LaunchShape;
import java.util.function.Supplier;

/** Puts kernels into one GPU's queue. */
final class Launcher {
    private final Gpu gpu;
    private final KernelLibrary kernels;
    private final GpuStream stream;
    private final KernelArguments arguments = new KernelArguments();
    private LaunchListener listener;

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

    /**
     * Launches a kernel with the arguments filled in last.
     *
     * @param traffic what it moves and computes; asked for if somebody listens
     */
    void launch(String kernel, LaunchShape shape, Supplier<Traffic> traffic) {
        stream.launch(kernels.kernel(kernel), shape, arguments);
        note(kernel, traffic);
    }

    /** Tells of work that somebody else has put into the queue. */
    void note(String kernel, Supplier<Traffic> traffic) {
        if (listener != null) {
            listener.launched(stream, kernel, traffic.get());
        }
    }

    /** Has every launch from now on told; {@code null} for none. */
    void listen(LaunchListener next) {
        if (listener != null) {
            stream.synchronize();
            listener.ended(stream);
        }
        listener = next;
    }
}
