package io.intramuros.kernels.cuda;

import io.intramuros.kernels.cuda.driver.DeviceBuffer;
import io.intramuros.kernels.cuda.driver.Gpu;

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

    boolean samples() {
        return vocabulary > 0;
    }

    /**
     * What it takes of a rank's GPU.
     *
     * @param peers whether the GPUs reach each other's memory
     */
    long bytes(Gpu gpu, int rank, int ranks, boolean peers) {
        long bytes = DeviceBuffer.charged(StepTables.bytes(maxRows, maxTableEntries))
                + Projections.bytes(gpu.multiprocessors(), maxRows, maxColumns);
        if (attends()) {
            bytes += PagedAttention.bytes(heads, headDim, mostParts);
        }
        if ((rank == 0 || !peers) && samples()) {
            bytes += Sampling.bytes(logitRows, vocabulary);
        }
        if (ranks > 1) {
            bytes += peers
                    ? PeerAllReduce.bytes(reduceBlocks, maxRows, maxColumns)
                    : PulledAllReduce.bytes(ranks, maxRows, maxColumns);
        }
        return bytes;
    }
}
