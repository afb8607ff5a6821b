package io.intramuros.kernels.cuda.driver;

import jcuda.Pointer;
import jcuda.cudaDataType;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasComputeType;
import jcuda.jcublas.cublasGemmAlgo;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasStatus;
import jcuda.runtime.cudaStream_t;

/**
 * cuBLAS in one context, with all of its work in one queue. Its working memory is taken at the start, so that it takes
 * none while steps run. Opened, used and closed by the context's thread.
 */
public final class Blas {
    /** What NVIDIA recommends for compute capability 9.0 and later, and before. */
    private static final long WORKSPACE_BYTES = 32L << 20;

    private static final long SMALL_WORKSPACE_BYTES = 4L << 20;

    private static final int LARGE_WORKSPACE_MAJOR = 9;

    private static final System.Logger LOG = System.getLogger(Blas.class.getName());
    private static final Pointer ONE = Pointer.to(new float[] {1});
    private static final Pointer ZERO = Pointer.to(new float[] {0});

    private final GpuContext context;
    private final cublasHandle handle;
    private final DeviceBuffer workspace;

    /** A place in a GPU's memory, as JCuda wants it. */
    private static final class Address extends Pointer {
        Address(long address) {
            super(address);
        }
    }

    private Blas(GpuContext context, cublasHandle handle, DeviceBuffer workspace) {
        this.context = context;
        this.handle = handle;
        this.workspace = workspace;
    }

    /**
     * Opens it; {@link CudaLibraries#loadBlas} has said before that it can be used.
     *
     * @param stream what it is asked for is done there
     * @throws CudaException if cuBLAS or the driver refuses
     */
    public static Blas open(GpuContext context, GpuStream stream) {
        JCublas2.setExceptionsEnabled(false);
        cublasHandle handle = new cublasHandle();
        check(JCublas2.cublasCreate(handle), "cublasCreate", context);
        DeviceBuffer workspace = null;
        try {
            // In this order: a new queue makes cuBLAS forget the memory that it was given.
            check(JCublas2.cublasSetStream(handle, new cudaStream_t(stream.handle())), "cublasSetStream", context);
            workspace = context.allocate(workspaceBytes(context.gpu()));
            check(
                    JCublas2.cublasSetWorkspace(handle, new Address(workspace.address()), workspace.bytes()),
                    "cublasSetWorkspace",
                    context);
            return new Blas(context, handle, workspace);
        } catch (RuntimeException e) {
            JCublas2.cublasDestroy(handle);
            if (workspace != null) {
                workspace.free();
            }
            throw e;
        }
    }

    /** The memory that it takes of a GPU, beside what cuBLAS takes for its own code. */
    public static long workspaceBytes(Gpu gpu) {
        return gpu.major() >= LARGE_WORKSPACE_MAJOR ? WORKSPACE_BYTES : SMALL_WORKSPACE_BYTES;
    }

    /**
     * {@code out = x·Wᵀ}, or added to {@code out}, with sums in FP32.
     *
     * @param x address of BF16 {@code [rows, columns]}
     * @param weights address of BF16 {@code [outputs, columns]}
     * @param out address of FP32 {@code [rows, stride]}, of which the first {@code outputs} of each row are written
     */
    public void multiply(long x, long weights, long out, int rows, int outputs, int columns, int stride, boolean add) {
        // cuBLAS counts matrices down their columns: what it sees is outᵀ = W·xᵀ.
        int answer = JCublas2.cublasGemmEx_new(
                handle,
                cublasOperation.CUBLAS_OP_T,
                cublasOperation.CUBLAS_OP_N,
                outputs,
                rows,
                columns,
                ONE,
                new Address(weights),
                cudaDataType.CUDA_R_16BF,
                columns,
                new Address(x),
                cudaDataType.CUDA_R_16BF,
                columns,
                add ? ONE : ZERO,
                new Address(out),
                cudaDataType.CUDA_R_32F,
                stride,
                cublasComputeType.CUBLAS_COMPUTE_32F,
                cublasGemmAlgo.CUBLAS_GEMM_DEFAULT);
        check(answer, "cublasGemmEx of " + rows + " rows, " + outputs + " outputs, " + columns + " columns", context);
    }

    /** Ends it, also after a fault, of which nothing is said any more: then its memory ends with the context. */
    public void close() {
        JCublas2.cublasDestroy(handle);
        try {
            workspace.free();
        } catch (CudaException e) {
            LOG.log(System.Logger.Level.DEBUG, "Working memory of cuBLAS ends with its context", e);
        }
    }

    private static void check(int answer, String call, GpuContext context) {
        if (answer != cublasStatus.CUBLAS_STATUS_SUCCESS) {
            throw CudaException.ofBlas(answer, call + " on GPU " + context.gpu().ordinal());
        }
    }
}
