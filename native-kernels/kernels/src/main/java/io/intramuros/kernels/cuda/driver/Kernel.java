package io.intramuros.kernels.cuda.driver;

import static io.intramuros.kernels.cuda.driver.Calls.check;

import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.JCudaDriver;

/** A kernel that is loaded into a context. */
public final class Kernel {
    /** What a block may have without being asked for. */
    private static final int USUAL_SHARED_BYTES = 48 << 10;

    private final String name;
    private final CUfunction function;
    private int allowedSharedBytes = USUAL_SHARED_BYTES;

    Kernel(String name, CUfunction function) {
        this.name = name;
        this.function = function;
    }

    /** The name of its entry point. */
    public String name() {
        return name;
    }

    CUfunction function() {
        return function;
    }

    /** Makes sure that a block may have so much dynamic shared memory. */
    void allowShared(int bytes) {
        if (bytes > allowedSharedBytes) {
            check(
                    JCudaDriver.cuFuncSetAttribute(
                            function, CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes),
                    "cuFuncSetAttribute of " + name + " for " + bytes + " bytes of shared memory");
            allowedSharedBytes = bytes;
        }
    }
}
