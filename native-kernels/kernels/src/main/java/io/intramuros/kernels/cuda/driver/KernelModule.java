package io.intramuros.kernels.cuda.driver;

import static io.intramuros.kernels.cuda.driver.Calls.check;

import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;

/** Kernels that were loaded together into a context, which they end with. */
public final class KernelModule {
    private final CUmodule module;

    KernelModule(CUmodule module) {
        this.module = module;
    }

    /**
     * Finds a kernel.
     *
     * @param name of its entry point
     * @throws CudaException if there is none of that name
     */
    public Kernel kernel(String name) {
        CUfunction function = new CUfunction();
        check(JCudaDriver.cuModuleGetFunction(function, module, name), "finding the kernel " + name);
        return new Kernel(name, function);
    }
}
