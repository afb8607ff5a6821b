package io.intramuros.kernels;

import io.intramuros.kernels.cuda.EmulatedGpus;

/** Holds the CUDA backend to the contract. */
final class CudaSamplingTest extends SamplingContract {
    @Override
    Backend open(int threads) {
        return EmulatedGpus.open(1);
    }

    /** A stand-in for a GPU takes milliseconds for a draw. */
    @Override
    int draws(int many) {
        return many / 50;
    }
}
