package io.intramuros.kernels.cuda;

import java.util.ArrayList;
import java.util.List;

/**
 * Where the weights of a decoder live.
 *
 * @param resident groups that stay on the GPUs
 * @param streamed layers that stay in the host's pinned memory and are copied to the GPUs in every step, in their order
 * @param buffers of the GPUs that they are copied into by turns
 */
record WeightPlacement(List<WeightGroup> resident, List<WeightGroup> streamed, int buffers) {
    /** Streamed layers are spread evenly, so that the next are on their way while resident ones are computed. */
    static WeightPlacement of(PlannedWeights weights, int residentLayers, int buffers) {
        int layers = weights.layers().size();
        int streamedLayers = layers - residentLayers;
        List<WeightGroup> resident = new ArrayList<>(List.of(weights.outside()));
        List<WeightGroup> streamed = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            boolean streams = (layer + 1) * streamedLayers / layers > layer * streamedLayers / layers;
            (streams ? streamed : resident).add(weights.layers().get(layer));
        }
        return new WeightPlacement(resident, streamed, streamed.isEmpty() ? 0 : buffers);
    }

    boolean streams() {
        return !streamed.isEmpty();
    }

    /** Bytes that a rank is sent in every step, and that it has in the host's pinned memory. */
    long streamedBytes(int rank) {
        return streamed.stream().mapToLong(layer -> layer.bytes(rank)).sum();
    }

    /** The size of one of a rank's buffers. */
    long bufferBytes(int rank) {
        return streamed.stream().mapToLong(layer -> layer.bytes(rank)).max().orElse(0);
    }
}
