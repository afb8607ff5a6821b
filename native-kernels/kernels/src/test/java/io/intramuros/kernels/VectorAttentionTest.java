package io.intramuros.kernels;

import io.intramuros.kernels.vector.VectorBackend;

/** Holds the Vector API backend to the contract. */
final class VectorAttentionTest extends AttentionContract {
    @Override
    Backend open(int threads) {
        return new VectorBackend(threads);
    }
}
