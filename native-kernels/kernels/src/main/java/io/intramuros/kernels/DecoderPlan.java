package io.intramuros.kernels;

import java.util.List;

/**
 * All that an engine is about to place on a backend, told before it places anything, so that the backend can divide its
 * memory, or refuse.
 *
 * @param outside weights that belong to no layer: embedding, final norm, logits; a tensor that serves twice stands here once
 * @param layers weights of each decoder layer, in the order in which a step needs them
 * @param cacheBlock the cache's layout with a single block
 * @param wantedBlocks blocks of the cache that can be put to use; more would lie idle
 * @param leastBlocks blocks without which the engine is of no use
 * @param maxRows the most tokens of a step
 * @param maxSequences the most sequences of a step
 * @param maxTableEntries the most cache blocks of all sequences of a step together, shared ones counted for each
 * @param activationColumns widths of the activations, each for {@code maxRows} rows
 * @param queryHeads query heads of a layer
 * @param vocabulary tokens that logits are for
 */
public record DecoderPlan(
        List<PlannedWeight> outside,
        List<List<PlannedWeight>> layers,
        KvLayout cacheBlock,
        int wantedBlocks,
        int leastBlocks,
        int maxRows,
        int maxSequences,
        long maxTableEntries,
        List<Integer> activationColumns,
        int queryHeads,
        int vocabulary) {
    /** A weight as it will be placed by {@link Backend#weight}. */
    public record PlannedWeight(HostTensor tensor, Split split) {}

    public DecoderPlan {
        outside = List.copyOf(outside);
        layers = layers.stream().map(List::copyOf).toList();
        activationColumns = List.copyOf(activationColumns);
        if (cacheBlock.blocks() != 1) {
            throw new IllegalArgumentException("the layout of one block is asked for, not of " + cacheBlock.blocks());
        }
        if (leastBlocks < 1 || wantedBlocks < leastBlocks) {
            throw new IllegalArgumentException(
                    "a cache of " + wantedBlocks + " blocks, at least " + leastBlocks + ", is no plan");
        }
    }
}
