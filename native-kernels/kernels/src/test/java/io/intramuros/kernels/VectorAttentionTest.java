package io.intramuros.kernels;

import io.intramuros.kernels.vector.VectorBackend;
import org.junit.jupiter.api.Test;

/** Holds the Vector API backend to the contract. */
final class VectorAttentionTest extends AttentionContract {
    @Override
    Backend open(int threads) {
        return new VectorBackend(threads);
    }

    @Test
    void aLongContextSplitIntoSegmentsGivesTheSameBits() {
        int[] lengths = {530, 300, 256};
        for (TensorType cache : new TensorType[] {TensorType.BF16, TensorType.F32}) {
            Shape shape = new Shape(9, 3, 64, 16, cache, Rope.Pairing.HALVES, false);
            assertSameToTheBit(shape, lengths, 250, 1, 4, 1, 1, 43, 200, 30);
        }
    }
}
