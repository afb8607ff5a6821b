package io.intramuros.engine.cache;

import java.util.Arrays;

/** The blocks of one sequence, in the order of its tokens. Filled and emptied by {@link KvCache}. */
public final class BlockTable {
    private int[] blocks = new int[8];
    private int count;

    /** Leading blocks that are full and known by their content, and the name of the last of them. */
    private int known;

    private long knownName = PrefixIndex.ROOT;

    /** The blocks; only the first {@link #count()} entries mean something. Not a copy: for a backend to read. */
    public int[] blocks() {
        return blocks;
    }

    /** Blocks held. */
    public int count() {
        return count;
    }

    void add(int block) {
        if (count == blocks.length) {
            blocks = Arrays.copyOf(blocks, 2 * count);
        }
        blocks[count++] = block;
    }

    int known() {
        return known;
    }

    long knownName() {
        return knownName;
    }

    void know(long name) {
        known++;
        knownName = name;
    }

    void clear() {
        count = 0;
        known = 0;
        knownName = PrefixIndex.ROOT;
    }
}
