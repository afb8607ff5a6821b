package io.intramuros.engine.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KvCacheTest {
    private static final int BLOCK = 4;

    private final KvCache cache = new KvCache(8, BLOCK);

    @Test
    void aBeginningThatWasComputedIsFoundByTheNextSequence() {
        int[] first = tokens(1, 10);
        BlockTable one = opened(first);
        cache.computed(one, first, first.length);

        int[] second = Arrays.copyOf(first, 12);
        BlockTable two = new BlockTable();

        assertEquals(8, cache.open(two, second, second.length, 0));
        assertArrayEquals(firstBlocks(one, 2), firstBlocks(two, 2));
        assertNotEquals(one.blocks()[2], two.blocks()[2]);
        cache.checkIntegrity(List.of(one, two));
    }

    @Test
    void aBeginningIsFoundAfterItsSequenceEnded() {
        int[] tokens = tokens(1, 9);
        BlockTable one = opened(tokens);
        cache.computed(one, tokens, tokens.length);
        cache.release(one);

        assertEquals(0, cache.usedBlocks());
        assertEquals(8, cache.open(new BlockTable(), tokens, tokens.length, 0));
    }

    @Test
    void theLastTokenIsAlwaysLeftToCompute() {
        int[] tokens = tokens(1, 8);
        BlockTable one = opened(tokens);
        cache.computed(one, tokens, tokens.length);

        assertEquals(4, cache.open(new BlockTable(), tokens, tokens.length, 0));
    }

    @Test
    void whatIsNotYetComputedIsNotFound() {
        int[] tokens = tokens(1, 12);
        BlockTable one = opened(tokens);
        cache.computed(one, tokens, 5);

        assertEquals(4, cache.open(new BlockTable(), tokens, tokens.length, 0));
    }

    @Test
    void theSameTokensAfterAnotherBeginningAreNotTheSame() {
        int[] first = tokens(1, 9);
        BlockTable one = opened(first);
        cache.computed(one, first, first.length);

        int[] second = first.clone();
        second[0]++;

        assertEquals(0, cache.open(new BlockTable(), second, second.length, 0));
    }

    @Test
    void tokensOfEqualHashAreToldApart() {
        // [0, 31] and [1, 0] have the same hash in a list of ints.
        KvCache pairs = new KvCache(8, 2);
        int[] first = {0, 31, 7};
        int[] second = {1, 0, 7};
        assertEquals(Arrays.hashCode(new int[] {0, 31}), Arrays.hashCode(new int[] {1, 0}));
        BlockTable one = new BlockTable();
        pairs.open(one, first, 3, 0);
        pairs.computed(one, first, 3);

        assertEquals(0, pairs.open(new BlockTable(), second, 3, 0));
    }

    @Test
    void opensNothingWhenTooFewBlocksWouldStayFree() {
        BlockTable one = opened(tokens(1, 5 * BLOCK));
        BlockTable two = new BlockTable();

        assertTrue(cache.open(two, tokens(50, 2 * BLOCK), 2 * BLOCK, 2) < 0);
        assertEquals(0, two.count());
        cache.checkIntegrity(List.of(one, two));
        assertEquals(0, cache.open(two, tokens(50, 2 * BLOCK), 2 * BLOCK, 1));
    }

    @Test
    void doesNotGrowBeyondItsBlocks() {
        BlockTable one = opened(tokens(1, 7 * BLOCK));

        assertTrue(cache.extend(one, 8 * BLOCK));
        assertFalse(cache.extend(one, 8 * BLOCK + 1));
        assertEquals(8, one.count());
    }

    @Test
    void oldContentMakesRoomForNew() {
        int[] old = tokens(1, 8 * BLOCK);
        BlockTable one = opened(old);
        cache.computed(one, old, old.length);
        cache.release(one);

        BlockTable two = opened(tokens(100, 8 * BLOCK));

        assertEquals(8, cache.usedBlocks());
        cache.checkIntegrity(List.of(two));
        cache.release(two);
        assertEquals(0, cache.open(new BlockTable(), old, old.length, 0));
    }

    @Test
    void theEndOfOldContentIsGivenUpBeforeItsBeginning() {
        int[] old = tokens(1, 8 * BLOCK);
        BlockTable one = opened(old);
        cache.computed(one, old, old.length);
        cache.release(one);

        cache.release(opened(tokens(100, 3 * BLOCK)));

        assertEquals(5 * BLOCK, cache.open(new BlockTable(), old, old.length, 0));
    }

    @Test
    void anUnbalancedReleaseIsNoticed() {
        BlockTable one = opened(tokens(1, 4));
        assertThrows(IllegalStateException.class, () -> cache.checkIntegrity(List.of()));
        cache.release(one);
        cache.checkIntegrity(List.of());
    }

    @Test
    void itsBooksStayInOrderUnderRandomUse() {
        Random random = new Random(7);
        KvCache many = new KvCache(40, BLOCK);
        List<BlockTable> open = new ArrayList<>();
        List<int[]> contents = new ArrayList<>();
        for (int round = 0; round < 20_000; round++) {
            int which = open.isEmpty() ? 0 : random.nextInt(open.size());
            switch (random.nextInt(4)) {
                case 0 -> {
                    // Few different tokens, so that beginnings are often shared.
                    int[] tokens = random.ints(1 + random.nextInt(24), 0, 2).toArray();
                    BlockTable table = new BlockTable();
                    if (many.open(table, tokens, tokens.length, random.nextInt(3)) >= 0) {
                        open.add(table);
                        contents.add(tokens);
                    }
                }
                case 1 -> {
                    if (!open.isEmpty()) {
                        many.release(open.remove(which));
                        contents.remove(which);
                    }
                }
                case 2 -> {
                    if (!open.isEmpty()) {
                        int[] longer = Arrays.copyOf(contents.get(which), contents.get(which).length + 1);
                        if (many.extend(open.get(which), longer.length)) {
                            contents.set(which, longer);
                        }
                    }
                }
                default -> {
                    if (!open.isEmpty()) {
                        int[] tokens = contents.get(which);
                        many.computed(open.get(which), tokens, tokens.length);
                    }
                }
            }
            many.checkIntegrity(open);
        }
        open.forEach(many::release);
        assertEquals(0, many.usedBlocks());
        many.checkIntegrity(List.of());
    }

    private BlockTable opened(int[] tokens) {
        BlockTable table = new BlockTable();
        assertTrue(cache.open(table, tokens, tokens.length, 0) >= 0);
        return table;
    }

    private static int[] tokens(int from, int count) {
        return IntStream.range(from, from + count).toArray();
    }

    private static int[] firstBlocks(BlockTable table, int count) {
        return Arrays.copyOf(table.blocks(), count);
    }
}
