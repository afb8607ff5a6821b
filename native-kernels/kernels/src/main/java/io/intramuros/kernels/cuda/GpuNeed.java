package io.intramuros.kernels.cuda;

import io.intramuros.kernels.DecoderPlan;
import io.intramuros.kernels.KvLayout;
import io.intramuros.kernels.cuda.driver.DeviceBuffer;
import io.intramuros.kernels.cuda.driver.Gpu;
import java.util.List;

/**
 * What one GPU has and what is to be placed on it, in bytes as the driver charges them.
 *
 * @param gpu the GPU
 * @param free that nobody has taken yet
 * @param outside weights of no layer
 * @param layers weights of each layer
 * @param workspace what steps need, activations included
 * @param blockBytes of the cache, not rounded
 */
record GpuNeed(Gpu gpu, long free, long outside, List<Long> layers, long workspace, long blockBytes) {
    /** Kept free for what only the driver knows: kernels as they are loaded, captured steps, queues. */
    private static final int RESERVE_PART = 50;

    /** What a rank has and needs; on its thread. */
    static GpuNeed of(Rank rank, Gpu gpu, int ranks, DecoderPlan plan, PlannedWeights weights, Workspace workspace) {
        KvLayout block = plan.cacheBlock();
        long activations = plan.activationColumns().stream()
                .mapToLong(columns -> DeviceBuffer.charged(CudaActivations.bytes(plan.maxRows(), columns)))
                .sum();
        return new GpuNeed(
                gpu,
                rank.freeBytes(),
                DeviceBuffer.charged(weights.outside().bytes(rank.index())),
                weights.layers().stream()
                        .map(layer -> DeviceBuffer.charged(layer.bytes(rank.index())))
                        .toList(),
                rank.bytes(workspace) + activations,
                CudaKvStore.bytes(block, rank.index(), ranks));
    }

    /** What layers and cache may take together. */
    long room() {
        return free - reserve() - outside - workspace;
    }

    long reserve() {
        return reserve(gpu);
    }

    static long reserve(Gpu gpu) {
        return gpu.memoryBytes() / RESERVE_PART;
    }

    long allLayers() {
        return layers.stream().mapToLong(Long::longValue).sum();
    }

    long largestLayer() {
        return layers.stream().mapToLong(Long::longValue).max().orElse(0);
    }

    /** What a cache takes. */
    long cache(int blocks) {
        return DeviceBuffer.charged(Math.max(1, blocks * blockBytes));
    }

    /** How many blocks a cache of at most {@code most} may have to fit. */
    int blocksWithin(long bytes, int most) {
        long blocks = blockBytes == 0 ? most : Math.clamp(bytes / blockBytes, 0, most);
        while (blocks > 0 && cache((int) blocks) > bytes) {
            blocks--;
        }
        return (int) blocks;
    }
}
