package io.intramuros.engine.cache;

import java.util.Collection;

/**
 * The blocks of an engine's key-value cache. A sequence opens its table, extends it as it grows, says what has been
 * computed, and releases it at its end; full blocks stay findable until their space is needed. Used by the step loop
 * alone.
 */
public final class KvCache {
    private final int blockTokens;
    private final BlockPool pool;
    private final PrefixIndex prefixes;

    /**
     * @param blocks number of blocks
     * @param blockTokens tokens per block
     */
    public KvCache(int blocks, int blockTokens) {
        this.blockTokens = blockTokens;
        pool = new BlockPool(blocks);
        prefixes = new PrefixIndex(blocks);
    }

    /** Number of blocks. */
    public int blocks() {
        return pool.size();
    }

    /** Blocks that belong to at least one sequence. */
    public int usedBlocks() {
        return pool.size() - pool.available();
    }

    /** Tokens that fit when one sequence has all blocks. */
    public long capacityTokens() {
        return (long) pool.size() * blockTokens;
    }

    /**
     * Gives an empty table the blocks for {@code tokens[0, length)}, as many of them as possible with their keys and
     * values already computed. The last token is never among those, because its logits are wanted.
     *
     * @param headroom blocks that must stay free for the sequences that are running
     * @return the leading tokens that need not be computed, or a negative number if there are not enough free blocks;
     *     the table is empty then
     */
    public int open(BlockTable table, int[] tokens, int length, int headroom) {
        reuse(table, tokens, length);
        int reused = table.count();
        if (pool.available() - (blocksFor(length) - reused) < headroom) {
            release(table);
            return -1;
        }
        extend(table, length);
        return reused * blockTokens;
    }

    /**
     * Gives a table the blocks for a longer sequence.
     *
     * @return whether there were enough; if not, nothing has changed
     */
    public boolean extend(BlockTable table, int length) {
        int missing = blocksFor(length) - table.count();
        if (missing > pool.available()) {
            return false;
        }
        for (int i = 0; i < missing; i++) {
            int block = pool.take();
            prefixes.forget(block);
            table.add(block);
        }
        return true;
    }

    /** Notes that keys and values of {@code tokens[0, computed)} are in the table's blocks, for others to find. */
    public void computed(BlockTable table, int[] tokens, int computed) {
        for (int block = table.known(); (block + 1) * blockTokens <= computed; block++) {
            int from = block * blockTokens;
            table.know(prefixes.remember(table.blocks()[block], table.knownName(), tokens, from, from + blockTokens));
        }
    }

    /** Gives the blocks back; those known by their content can be found until they are used for something else. */
    public void release(BlockTable table) {
        // The end first: a beginning is of use without its end, an end is never found without its beginning.
        for (int i = table.count() - 1; i >= 0; i--) {
            int block = table.blocks()[i];
            pool.release(block, prefixes.knows(block));
        }
        table.clear();
    }

    /**
     * Checks that every block is where the books say.
     *
     * @param tables all tables that hold blocks
     * @throws IllegalStateException if not: a fault of the engine
     */
    public void checkIntegrity(Collection<BlockTable> tables) {
        int[] references = new int[pool.size()];
        for (BlockTable table : tables) {
            for (int i = 0; i < table.count(); i++) {
                references[table.blocks()[i]]++;
            }
        }
        pool.checkIntegrity(references);
        prefixes.checkIntegrity();
    }

    private void reuse(BlockTable table, int[] tokens, int length) {
        for (int from = 0; from + blockTokens < length; from += blockTokens) {
            int block = prefixes.find(table.knownName(), tokens, from, from + blockTokens);
            if (block < 0) {
                return;
            }
            pool.retain(block);
            table.add(block);
            table.know(prefixes.name(block));
        }
    }

    private int blocksFor(int tokens) {
        return Math.ceilDiv(tokens, blockTokens);
    }
}
