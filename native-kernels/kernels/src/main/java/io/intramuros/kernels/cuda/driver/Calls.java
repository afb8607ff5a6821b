package io.intramuros.kernels.cuda.driver;

import jcuda.driver.CUresult;

/** Checks the driver's answers. */
final class Calls {
    private Calls() {}

    /**
     * @param call the call and its object, such as {@code "cuMemAlloc of 12 bytes on GPU 1"}
     * @throws CudaException unless the answer was success
     */
    static void check(int answer, String call) {
        if (answer != CUresult.CUDA_SUCCESS) {
            throw new CudaException(answer, call);
        }
    }
}
