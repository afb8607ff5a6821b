package io.intramuros.kernels.cuda;

import io.intramuros.kernels.KvLayout;
import io.intramuros.kernels.StepBatch;
import io.intramuros.kernels.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * How a step's attention is cut into items of consecutive tokens of one sequence; the same for every layer. Sequences with
 * many new tokens go to the tensor cores, the others to the kernel that streams the cache; where few items have long
 * contexts, their partitions are spread over blocks.
 *
 * @param plain items of {@code attend_T}
 * @param prompts items of {@code attend_prompt_D}
 * @param partitions blocks along the context of each plain item, if they are split; else 1
 * @param parts partial results that split items leave, of each head
 * @param plainReads what plain items see of the cache
 * @param promptReads what items of prompts see of it
 */
record AttentionPlan(
        List<Item> plain, List<Item> prompts, int partitions, int parts, Reads plainReads, Reads promptReads) {
    /** Query rows of one block of {@code attend_T}; {@code kRows} there. */
    static final int PLAIN_ROWS = 16;

    /** Query rows of one block of {@code attend_prompt_D}; {@code kRows} there. */
    static final int PROMPT_ROWS = 64;

    /** Tokens of a partition; {@code kPartition} of {@code attention.cu}. */
    static final int PARTITION_TOKENS = 256;

    /** The largest head that fits the tensor cores' registers. */
    static final int PROMPT_MAX_DIM = 128;

    /** Query rows of a sequence from which the tensor cores pay. */
    private static final int PROMPT_LEAST_ROWS = 32;

    /**
     * Tokens that are computed together: the twin of {@code Item} in the kernels.
     *
     * @param firstRow of the step
     * @param tokens how many
     * @param firstPart where the partial results of a split item begin
     */
    record Item(int firstRow, int tokens, int firstPart) {
        static final Item NONE = new Item(0, 0, 0);
        static final int INTS = 4;
    }

    /**
     * What items see of the cache.
     *
     * @param tokens cached tokens of all items together
     * @param pairs of a new token and a cached one that it attends to
     */
    record Reads(long tokens, long pairs) {
        static final Reads NONE = new Reads(0, 0);

        Reads plus(int newTokens, int context) {
            return new Reads(tokens + context, pairs + (long) newTokens * context);
        }
    }

    boolean split() {
        return partitions > 1;
    }

    /**
     * @param group query heads per key-value head
     * @param fewBlocks blocks below which a GPU is not busy
     * @param blocksPerItem blocks that an item has without being split
     * @param mostParts room for partial results
     */
    static AttentionPlan of(
            StepBatch batch, KvLayout layout, int group, int fewBlocks, int blocksPerItem, int mostParts) {
        boolean tensorCores = layout.type() == TensorType.BF16
                && layout.headDim() <= PROMPT_MAX_DIM
                && layout.headDim() % 2 == 0
                && group <= PROMPT_ROWS;
        List<Item> prompts = new ArrayList<>();
        List<int[]> plain = new ArrayList<>();
        int longest = 0;
        int parts = 0;
        Reads plainReads = Reads.NONE;
        Reads promptReads = Reads.NONE;
        int plainTokens = Math.max(1, PLAIN_ROWS / Math.min(group, PLAIN_ROWS));
        for (int s = 0; s < batch.sequences(); s++) {
            int first = batch.sequenceStarts()[s];
            int end = batch.sequenceStarts()[s + 1];
            if (tensorCores && (end - first) * group >= PROMPT_LEAST_ROWS) {
                for (int row = first; row < end; row += PROMPT_ROWS / group) {
                    int tokens = Math.min(PROMPT_ROWS / group, end - row);
                    prompts.add(new Item(row, tokens, 0));
                    promptReads = promptReads.plus(tokens, batch.positions()[row] + tokens);
                }
                continue;
            }
            for (int row = first; row < end; row += plainTokens) {
                int tokens = Math.min(plainTokens, end - row);
                int context = batch.positions()[row] + tokens;
                int partitions = Math.ceilDiv(context, PARTITION_TOKENS);
                plain.add(new int[] {row, tokens, partitions});
                plainReads = plainReads.plus(tokens, context);
                longest = Math.max(longest, partitions);
                parts += tokens * partitions;
            }
        }
        boolean split = longest > 1 && plain.size() * blocksPerItem < fewBlocks && parts <= mostParts;
        List<Item> items = new ArrayList<>(plain.size());
        int part = 0;
        for (int[] item : plain) {
            items.add(new Item(item[0], item[1], split ? part : 0));
            part += item[1] * item[2];
        }
        return new AttentionPlan(items, prompts, split ? longest : 1, split ? parts : 0, plainReads, promptReads);
    }
}
