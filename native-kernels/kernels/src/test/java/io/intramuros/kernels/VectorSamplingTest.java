package io.intramuros.kernels;

import io.intramuros.kernels.vector.VectorBackend;

/** Holds the Vector API backend to the contract. */
final class VectorSamplingTest extends SamplingContract {
    @Override
    Backend open(int threads) {
        return new VectorBackend(threads);
    }
}
