package io.intramuros.kernels.cuda;

import io.intramuros.kernels.TensorType;
import io.intramuros.kernels.cuda.driver.DeviceBuffer;
import io.intramuros.kernels.cuda.driver.GpuContext;
import io.intramuros.kernels.cuda.driver.KernelArguments;
import io.intramuros.kernels.cuda.driver.LaunchShape;
import java.util.List;

/** Launches {@code attention.cu} and {@code attention_prefill.cu}. */
final class PagedAttention implements WorkspacePart {
    private static final int PLAIN_THREADS = 128;
    private static final int PROMPT_THREADS = 128;
    private static final int MERGE_THREADS = 64;

    /** Bytes of cached tokens in a tile of {@code attend_T}, of one value: its {@code Shared::kTokens} times their size. */
    private static final int TILE_BYTES = 128;

    /** Cached tokens in a tile of {@code attend_prompt_D}. */
    private static final int PROMPT_TOKENS = 64;

    /** Greatest score and sum of weights of a part, in FP32. */
    private static final int STATISTICS_BYTES = 8;

    private final int heads;
    private final int dim;
    private final int mostParts;
    private final DeviceBuffer statistics;
    private final DeviceBuffer partials;

    /**
     * @param heads query heads of this rank
     * @param mostParts the most parts of all split items of a step
     */
    PagedAttention(GpuContext context, int heads, int dim, int mostParts) {
        this.heads = heads;
        this.dim = dim;
        this.mostParts = mostParts;
        statistics = context.allocate(statisticsBytes(heads, mostParts));
        partials = context.allocate(partialBytes(heads, dim, mostParts));
    }

    /** What its buffers take of a GPU. */
    static long bytes(int heads, int dim, int mostParts) {
        return DeviceBuffer.charged(statisticsBytes(heads, mostParts), partialBytes(heads, dim, mostParts));
    }

    private static long statisticsBytes(int heads, int mostParts) {
        return (long) mostParts * heads * STATISTICS_BYTES;
    }

    private static long partialBytes(int heads, int dim, int mostParts) {
        return (long) mostParts * heads * dim * Float.BYTES;
    }

    @Override
    public boolean serves(Workspace need) {
        return need.heads() <= heads && need.headDim() <= dim;
    }

    int mostParts() {
        return mostParts;
    }

    @Override
    public void free() {
        statistics.free();
        partials.free();
    }

    /** Blocks that an item of {@code attend_T} has when it isn't split. */
    static int blocksPerItem(int kvHeads, int group) {
        return kvHeads * Math.ceilDiv(group, AttentionPlan.PLAIN_ROWS);
    }

    /**
     * @param plainItems items to run over, those of the plan and empty ones
     * @param partitions blocks along the context, at least the plan's
     */
    void launch(
            Launcher launcher,
            int rank,
            StepTables step,
            Operation.Attend operation,
            AttentionPlan plan,
            int plainItems,
            int partitions) {
        CudaKvStore cache = operation.cache();
        int kvHeads = cache.heads(rank);
        if (kvHeads == 0) {
            return;
        }
        int localHeads = operation.q().width(rank) / cache.layout().headDim();
        if (plainItems > 0) {
            launchPlain(launcher, rank, step, operation, plan, localHeads, plainItems, partitions);
        }
        if (!plan.prompts().isEmpty()) {
            int headDim = cache.layout().headDim();
            int width = headDim <= 64 ? 64 : AttentionPlan.PROMPT_MAX_DIM;
            begin(launcher, rank, step, operation, localHeads, step.promptItems());
            int sharedBytes = (AttentionPlan.PROMPT_ROWS + 4 * PROMPT_TOKENS) * 2 * width;
            launcher.launch(
                    "attend_prompt_" + width,
                    new LaunchShape(plan.prompts().size(), kvHeads, 1, PROMPT_THREADS, sharedBytes),
                    () -> traffic(cache, kvHeads, localHeads, plan.prompts(), plan.promptReads(), 1));
        }
    }

    private void launchPlain(
            Launcher launcher,
            int rank,
            StepTables step,
            Operation.Attend operation,
            AttentionPlan plan,
            int localHeads,
            int items,
            int partitions) {
        CudaKvStore cache = operation.cache();
        int kvHeads = cache.heads(rank);
        int headDim = cache.layout().headDim();
        boolean split = partitions > 1;
        int twoStages = sharedBytes(cache, 2);
        // One more tile on its way, where a multiprocessor has room for it.
        int stages = twoStages <= launcher.gpu().sharedBytesPerBlock() - 1024 ? 2 : 1;
        begin(launcher, rank, step, operation, localHeads, step.plainItems())
                .number(stages)
                .flag(split)
                .address(statistics.address())
                .address(partials.address());
        int blocks = blocksPerItem(kvHeads, localHeads / kvHeads);
        launcher.launch(
                "attend_" + cache.kernelName(),
                new LaunchShape(
                        items, blocks, partitions, PLAIN_THREADS, stages == 2 ? twoStages : sharedBytes(cache, 1)),
                () -> traffic(cache, kvHeads, localHeads, plan.plain(), plan.plainReads(), blocks / kvHeads)
                        .plus(partialTraffic(plan.parts(), localHeads, headDim)));
        if (split) {
            launcher.arguments()
                    .address(step.positions())
                    .address(step.plainItems())
                    .address(statistics.address())
                    .address(partials.address())
                    .number(localHeads)
                    .number(headDim)
                    .address(operation.out().address(rank));
            launcher.launch(
                    "attend_merge",
                    new LaunchShape(items, localHeads, 1, MERGE_THREADS, 0),
                    () -> partialTraffic(plan.parts(), localHeads, headDim));
        }
    }

    /** @param passes blocks that read a key-value head, each for some of the heads that share it */
    private static Traffic traffic(
            CudaKvStore cache,
            int kvHeads,
            int heads,
            List<AttentionPlan.Item> items,
            AttentionPlan.Reads reads,
            int passes) {
        int dim = cache.layout().headDim();
        long rows = items.stream().mapToLong(AttentionPlan.Item::tokens).sum();
        return new Traffic(
                0,
                2L * rows * heads * dim * Float.BYTES,
                2L * reads.tokens() * kvHeads * cache.paddedTokenBytes() * passes,
                0,
                4L * reads.pairs() * heads * dim);
    }

    /** Partial results, written by the one kernel and read by the other. */
    private static Traffic partialTraffic(int parts, int heads, int dim) {
        return new Traffic(0, 0, 0, (long) parts * heads * (dim * Float.BYTES + STATISTICS_BYTES), 0);
    }

    /** The parameters that all kernels of attention begin with. */
    private static KernelArguments begin(
            Launcher launcher, int rank, StepTables step, Operation.Attend operation, int localHeads, long items) {
        CudaKvStore cache = operation.cache();
        return launcher.arguments()
                .address(cache.keys(rank, operation.layer()))
                .address(cache.values(rank, operation.layer()))
                .number(cache.heads(rank))
                .number(cache.layout().headDim())
                .number(cache.layout().blockTokens())
                .address(step.positions())
                .address(step.tableStarts())
                .address(step.tables())
                .address(operation.q().address(rank))
                .address(operation.out().address(rank))
                .number(localHeads)
                .number(operation.scale())
                .address(items);
    }

    /** What {@code Shared} in {@code attention.cu} computes. */
    private static int sharedBytes(CudaKvStore cache, int stages) {
        int valueBytes = cache.layout().type() == TensorType.BF16 ? 2 : 4;
        int tokens = TILE_BYTES / valueBytes;
        int valueRow = cache.paddedDim() * valueBytes;
        int keyRow = valueRow + 16;
        return AttentionPlan.PLAIN_ROWS * (cache.paddedDim() + tokens) * Float.BYTES
                + stages * tokens * (keyRow + valueRow);
    }
}
