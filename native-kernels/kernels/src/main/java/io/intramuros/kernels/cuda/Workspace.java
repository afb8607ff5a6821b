package io.intramuros.kernels.cuda;

/**
 * How much room steps need on each GPU.
 *
 * @param maxRows the most tokens of a step
 * @param maxColumns the widest activations
 * @param maxTableEntries the most cache blocks of all sequences of a step together
 * @param heads query heads, or 0 while nothing attends
 * @param headDim values of a head
 * @param mostParts partial results of attention over split contexts
 * @param vocabulary tokens that logits are for, or 0 while nothing is sampled
 * @param logitRows rows of logits that are there at once
 * @param reduceBlocks blocks of a sum over all ranks, the same on every GPU
 */
record Workspace(
        int maxRows,
        int maxColumns,
        long maxTableEntries,
        int heads,
        int headDim,
        int mostParts,
        int vocabulary,
        int logitRows,
        int reduceBlocks) {
    boolean attends() {
        return heads > 0;
    }
}
