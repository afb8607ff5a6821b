package io.intramuros.kernels;

import io.intramuros.kernels.cuda.EmulatedGpus;
import org.junit.jupiter.api.Test;

/** Holds the CUDA backend to the contract. */
final class CudaAttentionTest extends AttentionContract {
    @Override
    Backend open(int threads) {
        return EmulatedGpus.open(1);
    }

    @Override
    int mostThreads() {
        return 1;
    }

    @Override
    boolean sameToTheBit(Shape shape) {
        return shape.cache() == TensorType.F32;
    }

    @Test
    void aTokenAttendsToAllPartitionsOfALongContext() {
        for (int length : new int[] {256, 257, 550}) {
            assertLastTokenAttendsToAll(new Shape(4, 2, 16, 16, TensorType.BF16, Rope.Pairing.HALVES, false), length);
        }
    }
}
