package io.intramuros.engine.cache;

import java.util.Arrays;

/**
 * Counts the references to each block and keeps those without any in line for reuse: blocks that hold nothing worth
 * finding again at the front, the longest unused of the others behind them.
 */
final class BlockPool {
    private final int[] references;

    // The line of blocks without references, doubly linked so that any of them can be taken back out of it. The entry
    // behind the last block is the line's anchor.
    private final int[] next;
    private final int[] previous;
    private final int anchor;
    private int available;

    BlockPool(int blocks) {
        references = new int[blocks];
        next = new int[blocks + 1];
        previous = new int[blocks + 1];
        anchor = blocks;
        next[anchor] = anchor;
        previous[anchor] = anchor;
        for (int block = 0; block < blocks; block++) {
            link(block, previous[anchor]);
        }
    }

    int size() {
        return references.length;
    }

    /** Blocks without references. */
    int available() {
        return available;
    }

    int references(int block) {
        return references[block];
    }

    /** Takes the first block in line and gives it one reference. The caller makes sure that there is one. */
    int take() {
        if (available == 0) {
            throw new IllegalStateException("every cache block is in use");
        }
        int block = next[anchor];
        retain(block);
        return block;
    }

    /** Adds a reference to a block, in use or not. */
    void retain(int block) {
        if (references[block]++ == 0) {
            unlink(block);
        }
    }

    /**
     * Takes a reference away.
     *
     * @param findable whether the block's content may be asked for again, so that it is reused late
     */
    void release(int block, boolean findable) {
        if (references[block] == 0) {
            throw new IllegalStateException("cache block " + block + " was released more often than retained");
        }
        if (--references[block] == 0) {
            link(block, findable ? previous[anchor] : anchor);
        }
    }

    /** Compares the books with the references that really exist. */
    void checkIntegrity(int[] expectedReferences) {
        if (!Arrays.equals(references, expectedReferences)) {
            throw new IllegalStateException("the cache's reference counts do not match its sequences");
        }
        int inLine = 0;
        for (int block = next[anchor]; block != anchor; block = next[block]) {
            if (references[block] != 0 || previous[next[block]] != block || ++inLine > references.length) {
                throw new IllegalStateException("the cache's line of free blocks is broken at block " + block);
            }
        }
        long unreferenced =
                Arrays.stream(references).filter(count -> count == 0).count();
        if (inLine != available || inLine != unreferenced) {
            throw new IllegalStateException(
                    unreferenced + " cache blocks are free, " + inLine + " are in line, " + available + " are counted");
        }
    }

    private void link(int block, int after) {
        next[block] = next[after];
        previous[block] = after;
        previous[next[after]] = block;
        next[after] = block;
        available++;
    }

    private void unlink(int block) {
        next[previous[block]] = next[block];
        previous[next[block]] = previous[block];
        available--;
    }
}
