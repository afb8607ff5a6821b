package io.intramuros.kernels;

import io.intramuros.kernels.cuda.EmulatedGpus;

/** Holds the CUDA backend to the contract. */
final class CudaMatrixTest extends MatrixContract {
    @Override
    Backend open(int threads) {
        return EmulatedGpus.open(1);
    }

    @Override
    int mostThreads() {
        return 1;
    }

    @Override
    boolean sameToTheBit(TensorType type, int batch) {
        return batch <= 16 || type != TensorType.BF16;
    }
}
