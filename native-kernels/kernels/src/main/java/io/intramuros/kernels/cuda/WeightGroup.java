package io.intramuros.kernels.cuda;

import io.intramuros.kernels.DecoderPlan.PlannedWeight;
import java.util.List;

/**
 * Weights that lie together in each GPU's memory, one behind the other: those of a layer, or those outside all layers. As
 * one piece, a layer is copied to a GPU at once.
 */
final class WeightGroup {
    /** Rows of weights begin where the widest loads and copies are at their best. */
    private static final long ALIGNMENT = 256;

    private final List<CudaWeight> weights;

    WeightGroup(List<PlannedWeight> planned, int ranks) {
        weights = planned.stream()
                .map(weight -> new CudaWeight(weight.tensor(), weight.split(), ranks))
                .toList();
    }

    List<CudaWeight> weights() {
        return weights;
    }

    /** What a rank's shares take together. */
    long bytes(int rank) {
        return Math.max(1, end(weights.size(), rank));
    }

    /** Where a weight's share begins; the same as a vector lies behind it, if it has one. */
    long offset(CudaWeight weight, int rank) {
        return end(weights.indexOf(weight), rank);
    }

    /** Where the weight's share as a vector begins. */
    long vectorOffset(CudaWeight weight, int rank) {
        return offset(weight, rank) + aligned(weight.shareBytes(rank));
    }

    private long end(int count, int rank) {
        long end = 0;
        for (CudaWeight weight : weights.subList(0, count)) {
            end += aligned(weight.shareBytes(rank)) + aligned(weight.vectorBytes(rank));
        }
        return end;
    }

    private static long aligned(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}
