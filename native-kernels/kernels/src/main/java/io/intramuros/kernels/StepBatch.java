package io.intramuros.kernels;

/**
 * What one step computes: any number of sequences, each with any number of new tokens (a chunk of a prompt, one decode
 * token, or a few speculated ones). Tokens of a sequence are consecutive, so sequence {@code s} owns the rows
 * {@code [sequenceStarts[s], sequenceStarts[s + 1])} and its {@code i}-th new token attends to every cached token before
 * it and to itself.
 *
 * @param tokenIds token per row
 * @param positions position in its sequence, per row; consecutive within a sequence
 * @param sequenceStarts first row of each sequence, then the number of rows
 * @param blockTables per sequence, the cache block of each {@code blockTokens} positions; at least as many as needed
 *     for the sequence's last position
 * @param logitRows rows whose logits are wanted, ascending
 */
public record StepBatch(int[] tokenIds, int[] positions, int[] sequenceStarts, int[][] blockTables, int[] logitRows) {
    /** New tokens over all sequences: the rows of every activation matrix in this step. */
    public int rows() {
        return tokenIds.length;
    }

    /** Sequences in this step. */
    public int sequences() {
        return blockTables.length;
    }

    /** New tokens of sequence {@code s}. */
    public int newTokens(int s) {
        return sequenceStarts[s + 1] - sequenceStarts[s];
    }

    /** Tokens that sequence {@code s} has in the cache once this step is done. */
    public int contextTokens(int s) {
        return positions[sequenceStarts[s + 1] - 1] + 1;
    }
}
