package io.intramuros.engine.decoder;

import com.sun.management.OperatingSystemMXBean;
import io.intramuros.engine.EngineSettings;
import io.intramuros.engine.model.ModelConfig;
import io.intramuros.kernels.KvLayout;
import io.intramuros.kernels.TensorType;
import java.lang.management.ManagementFactory;

/**
 * How large the key-value cache is and how long a sequence may get.
 *
 * @param layout the cache
 * @param contextTokens the longest sequence; always fits into the cache
 */
record CachePlan(KvLayout layout, int contextTokens) {
    /** Small enough that short beginnings are shared and little of the last block is wasted. */
    static final int BLOCK_TOKENS = 16;

    /** Unless told otherwise, a cache has room for every place, but for no more tokens than so many full contexts… */
    private static final int FULL_CONTEXTS = 4;

    /** …and takes no more than this part of the machine's memory. */
    private static final int MEMORY_PART = 8;

    /**
     * @param type how keys and values are stored
     * @throws IllegalArgumentException if the memory does not hold a single block
     */
    static CachePlan of(EngineSettings settings, ModelConfig config, TensorType type) {
        int context = settings.contextTokens() == 0
                ? config.contextTokens()
                : Math.min(settings.contextTokens(), config.contextTokens());
        long blockBytes = layout(config, type, 1).blockBytes();
        long wanted = Math.min(
                (long) settings.maxBatchSize() * Math.ceilDiv(context, BLOCK_TOKENS),
                (long) FULL_CONTEXTS * Math.ceilDiv(config.contextTokens(), BLOCK_TOKENS));
        long blocks = settings.cacheBytes() == 0
                ? Math.min(wanted, memoryBytes() / MEMORY_PART / blockBytes)
                : settings.cacheBytes() / blockBytes;
        if (blocks == 0) {
            throw new IllegalArgumentException("The cache memory of " + settings.cacheBytes() + " bytes is too small: "
                    + BLOCK_TOKENS + " tokens of this model take " + blockBytes + " bytes");
        }
        blocks = Math.min(blocks, Integer.MAX_VALUE / BLOCK_TOKENS);
        return new CachePlan(layout(config, type, (int) blocks), (int) Math.min(context, blocks * BLOCK_TOKENS));
    }

    private static KvLayout layout(ModelConfig config, TensorType type, int blocks) {
        return new KvLayout(config.layers(), blocks, BLOCK_TOKENS, config.kvHeads(), config.headDim(), type);
    }

    private static long memoryBytes() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    }
}
