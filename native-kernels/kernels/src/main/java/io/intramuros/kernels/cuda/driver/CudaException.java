package io.intramuros.kernels.cuda.driver;

import jcuda.driver.CUresult;
import jcuda.jcublas.cublasStatus;

/** A call of the driver or of cuBLAS failed. The message names the call, the GPU, the reason, and what to do if something can be done. */
public final class CudaException extends RuntimeException {
    private final int code;

    CudaException(int code, String what) {
        this(code, what, CUresult.stringFor(code));
    }

    private CudaException(int code, String what, String answer) {
        super(what + ": " + meaning(code) + " (" + answer + ")");
        this.code = code;
    }

    /** For a call of cuBLAS, whose answers tell less than the driver's. */
    static CudaException ofBlas(int answer, String what) {
        int code = switch (answer) {
            case cublasStatus.CUBLAS_STATUS_ALLOC_FAILED -> CUresult.CUDA_ERROR_OUT_OF_MEMORY;
            case cublasStatus.CUBLAS_STATUS_EXECUTION_FAILED, cublasStatus.CUBLAS_STATUS_MAPPING_ERROR ->
                CUresult.CUDA_ERROR_LAUNCH_FAILED;
            case cublasStatus.CUBLAS_STATUS_ARCH_MISMATCH -> CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU;
            case cublasStatus.CUBLAS_STATUS_INVALID_VALUE -> CUresult.CUDA_ERROR_INVALID_VALUE;
            case cublasStatus.CUBLAS_STATUS_NOT_SUPPORTED -> CUresult.CUDA_ERROR_NOT_SUPPORTED;
            default -> CUresult.CUDA_ERROR_UNKNOWN;
        };
        return new CudaException(code, what, cublasStatus.stringFor(answer));
    }

    /** Whether the driver can't use what it was given as kernels, which says nothing of the GPU. */
    public boolean refusesKernels() {
        return switch (code) {
            case CUresult.CUDA_ERROR_INVALID_IMAGE,
                    CUresult.CUDA_ERROR_INVALID_SOURCE,
                    CUresult.CUDA_ERROR_INVALID_PTX,
                    CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU,
                    CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION,
                    CUresult.CUDA_ERROR_JIT_COMPILER_NOT_FOUND,
                    CUresult.CUDA_ERROR_NOT_FOUND,
                    CUresult.CUDA_ERROR_SHARED_OBJECT_SYMBOL_NOT_FOUND -> true;
            default -> false;
        };
    }

    /** Whether it was a want of memory, which spoils nothing. */
    public boolean outOfMemory() {
        return code == CUresult.CUDA_ERROR_OUT_OF_MEMORY;
    }

    /** Whether the GPU itself is broken or gone, so that opening it anew won't help. */
    public boolean breaksDevice() {
        return switch (code) {
            case CUresult.CUDA_ERROR_ECC_UNCORRECTABLE,
                    CUresult.CUDA_ERROR_NVLINK_UNCORRECTABLE,
                    CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR,
                    CUresult.CUDA_ERROR_DEVICE_UNAVAILABLE,
                    CUresult.CUDA_ERROR_INVALID_DEVICE,
                    CUresult.CUDA_ERROR_NO_DEVICE,
                    CUresult.CUDA_ERROR_UNKNOWN -> true;
            default -> false;
        };
    }

    private static String meaning(int code) {
        return switch (code) {
            case CUresult.CUDA_ERROR_OUT_OF_MEMORY -> "the GPU has not enough free memory";
            case CUresult.CUDA_ERROR_ILLEGAL_ADDRESS -> "a kernel touched memory that isn't its own";
            case CUresult.CUDA_ERROR_ECC_UNCORRECTABLE ->
                "the GPU's memory has an error that its ECC could not correct; reset the GPU or have it replaced";
            case CUresult.CUDA_ERROR_DEVICE_UNAVAILABLE ->
                "the GPU is not available; another process may hold it exclusively, or it fell off the bus";
            case CUresult.CUDA_ERROR_INVALID_DEVICE, CUresult.CUDA_ERROR_NO_DEVICE -> "there is no such GPU (any more)";
            case CUresult.CUDA_ERROR_LAUNCH_TIMEOUT -> "a kernel ran longer than the driver allows";
            case CUresult.CUDA_ERROR_LAUNCH_FAILED -> "a kernel failed";
            case CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU -> "the kernels were not made for this kind of GPU";
            case CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION ->
                "the driver is older than the kernels; install a newer driver";
            case CUresult.CUDA_ERROR_SYSTEM_NOT_READY ->
                "the GPUs are not ready yet; where NVSwitch connects them, NVIDIA's fabric manager has to run";
            case CUresult.CUDA_ERROR_UNKNOWN -> "the driver doesn't know why; it may have lost the GPU";
            default -> "the driver refused";
        };
    }
}
