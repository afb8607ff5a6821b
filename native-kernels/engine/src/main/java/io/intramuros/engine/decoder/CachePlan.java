package io.intramuros.engine.decoder;

import io.intramuros.engine.EngineSettings;
import io.intramuros.engine.model.ModelConfig;
import io.intramuros.kernels.KvLayout;
import io.intramuros.kernels.TensorType;
import io.intramuros.kernels.UnsuitableSettingException;

/**
 * How large a key-value cache is asked for, and how long a sequence may get.
 *
 * @param block the layout of a cache of one block
 * @param wantedBlocks blocks that can be put to use
 * @param leastBlocks blocks without which the engine is of no use
 * @param contextBlocks blocks of the longest sequence that the settings allow
 * @param contextTokens the longest sequence that the settings allow
 */
record CachePlan(KvLayout block, int wantedBlocks, int leastBlocks, int contextBlocks, int contextTokens) {
    /** Small enough that short beginnings are shared and little of the last block is wasted. */
    static final int BLOCK_TOKENS = 16;

    /** Unless told otherwise, a cache has room for every place, but for no more tokens than so many full contexts… */
    private static final int FULL_CONTEXTS = 4;

    /** …and for no fewer than a short conversation has. */
    private static final int LEAST_TOKENS = 1024;

    /**
     * @param type how keys and values are stored
     * @throws UnsuitableSettingException if the memory that was set does not hold a single block
     */
    static CachePlan of(EngineSettings settings, ModelConfig config, TensorType type) {
        int context = settings.contextTokens() == 0
                ? config.contextTokens()
                : Math.min(settings.contextTokens(), config.contextTokens());
        KvLayout block = new KvLayout(config.layers(), 1, BLOCK_TOKENS, config.kvHeads(), config.headDim(), type);
        int contextBlocks = Math.ceilDiv(context, BLOCK_TOKENS);
        long wanted = Math.min(
                (long) settings.maxBatchSize() * contextBlocks,
                (long) FULL_CONTEXTS * Math.ceilDiv(config.contextTokens(), BLOCK_TOKENS));
        long least = Math.min(contextBlocks, LEAST_TOKENS / BLOCK_TOKENS);
        if (settings.cacheBytes() != 0) {
            wanted = settings.cacheBytes() / block.blockBytes();
            least = wanted;
        }
        if (wanted == 0) {
            throw new UnsuitableSettingException(
                    "The cache memory of " + settings.cacheBytes() + " bytes is too small: " + BLOCK_TOKENS
                            + " tokens of this model take " + block.blockBytes() + " bytes");
        }
        int most = Integer.MAX_VALUE / BLOCK_TOKENS;
        return new CachePlan(block, (int) Math.min(wanted, most), (int) Math.min(least, most), contextBlocks, context);
    }

    /** The cache with as many blocks as there is memory for. */
    KvLayout layout(int blocks) {
        return new KvLayout(block.layers(), blocks, BLOCK_TOKENS, block.kvHeads(), block.headDim(), block.type());
    }

    /** The longest sequence; it fits into a cache of so many blocks. */
    int contextTokens(int blocks) {
        return Math.min(contextTokens, blocks * BLOCK_TOKENS);
    }
}
