package io.intramuros.kernels;

import io.intramuros.kernels.cuda.EmulatedGpus;

/** Holds the CUDA backend to the contract. */
final class CudaAttentionTest extends AttentionContract {
    @Override
    Backend open(int threads) {
        return EmulatedGpus.open(1);
    }

    @Override
    boolean sameToTheBit(Shape shape) {
        return shape.cache() == TensorType.F32;
    }
}
