package io.intramuros.kernels.cuda;

import io.intramuros.kernels.DecoderPlan;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * How many layers and how much cache GPUs hold; the same on all of them, as they work in step.
 *
 * @param residentLayers layers that stay on the GPUs
 * @param buffers that the others are streamed into by turns; 0 if there are no others
 * @param cacheBlocks of the cache
 */
record MemoryDivision(int residentLayers, int buffers, int cacheBlocks) {
    /** While one layer is computed the next is copied; with a single buffer, the two take turns. */
    private static final int MOST_BUFFERS = 2;

    /**
     * When layers have to be streamed, the cache takes no more than this part of what they leave, unless it has to: a wide
     * batch needs room, but each resident layer makes every step shorter.
     */
    private static final int CACHE_PART = 4;

    /** Nothing fits. */
    static final MemoryDivision NONE = new MemoryDivision(0, 0, 0);

    /** Divides memory so that as little as possible is streamed; {@link #NONE} if even a single buffer finds no room. */
    static MemoryDivision of(List<GpuNeed> gpus, DecoderPlan plan) {
        int blocks = blocks(gpus, plan, GpuNeed::allLayers);
        if (blocks >= plan.leastBlocks()) {
            return new MemoryDivision(plan.layers().size(), 0, blocks);
        }
        for (int buffers = Math.min(MOST_BUFFERS, plan.layers().size()); buffers > 0; buffers--) {
            MemoryDivision division = streaming(gpus, plan, buffers);
            if (!division.equals(NONE)) {
                return division;
            }
        }
        return NONE;
    }

    private static MemoryDivision streaming(List<GpuNeed> gpus, DecoderPlan plan, int buffers) {
        if (blocks(gpus, plan, gpu -> buffers * gpu.largestLayer()) < plan.leastBlocks()) {
            return NONE;
        }
        int share = gpus.stream()
                .mapToInt(gpu ->
                        gpu.blocksWithin((gpu.room() - buffers * gpu.largestLayer()) / CACHE_PART, plan.wantedBlocks()))
                .min()
                .orElseThrow();
        int cache = Math.max(plan.leastBlocks(), share);
        long resident = gpus.stream()
                .mapToLong(gpu -> (gpu.room() - gpu.cache(cache) - buffers * gpu.largestLayer()) / gpu.largestLayer())
                .min()
                .orElseThrow();
        int layers = (int) Math.min(resident, plan.layers().size() - 1L);
        return new MemoryDivision(layers, buffers, blocks(gpus, plan, gpu -> (layers + buffers) * gpu.largestLayer()));
    }

    /** Blocks that all GPUs have room for beside something. */
    private static int blocks(List<GpuNeed> gpus, DecoderPlan plan, ToLongFunction<GpuNeed> beside) {
        return gpus.stream()
                .mapToInt(gpu -> gpu.blocksWithin(gpu.room() - beside.applyAsLong(gpu), plan.wantedBlocks()))
                .min()
                .orElseThrow();
    }

    boolean streams() {
        return buffers > 0;
    }
}
