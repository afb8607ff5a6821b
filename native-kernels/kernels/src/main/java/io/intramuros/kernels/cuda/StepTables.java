package io.intramuros.kernels.cuda;

import io.intramuros.kernels.KvLayout;
import io.intramuros.kernels.Rope;
import io.intramuros.kernels.SamplingRow;
import io.intramuros.kernels.StepBatch;
import io.intramuros.kernels.cuda.driver.DeviceBuffer;
import io.intramuros.kernels.cuda.driver.GpuContext;
import io.intramuros.kernels.cuda.driver.GpuStream;
import io.intramuros.kernels.cuda.driver.PinnedBuffer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * What the host tells one GPU about a step, in one copy: tokens, positions, block tables, items of attention, how to
 * sample. The places are the same in every step, so that a captured graph finds them. Rows up to a padded number that hold
 * no token have id and position -1.
 */
final class StepTables implements WorkspacePart {
    private static final int RULE_BYTES = 32;
    private static final int ALIGNMENT_BYTES = 16;
    private static final int MOST_FREQUENCIES = 128;

    /** Lists with a number for each row: ids, positions, starts of tables, rows with logits. */
    private static final int ROW_LISTS = 4;

    private final int maxRows;
    private final long maxTableEntries;
    private final int ids;
    private final int positions;
    private final int starts;
    private final int logitRows;
    private final int plainItems;
    private final int promptItems;
    private final int rules;
    private final int frequencies;
    private final int tables;
    private final DeviceBuffer device;
    private final PinnedBuffer staging;
    private final MemorySegment host;

    /**
     * @param maxRows the most rows of a step
     * @param maxTableEntries the most blocks of all sequences of a step together
     */
    StepTables(GpuContext context, int maxRows, long maxTableEntries) {
        this.maxRows = maxRows;
        this.maxTableEntries = maxTableEntries;
        int rowInts = rowInts(maxRows);
        ids = 0;
        positions = ids + rowInts;
        starts = positions + rowInts;
        logitRows = starts + rowInts;
        plainItems = logitRows + rowInts;
        promptItems = plainItems + maxRows * AttentionPlan.Item.INTS * Integer.BYTES;
        rules = promptItems + maxRows * AttentionPlan.Item.INTS * Integer.BYTES;
        frequencies = rules + maxRows * RULE_BYTES;
        tables = tablesAt(maxRows);
        device = context.allocate(bytes(maxRows, maxTableEntries));
        staging = new PinnedBuffer(device.bytes());
        host = staging.memory();
    }

    /** Its size on a device. */
    static long bytes(int maxRows, long maxTableEntries) {
        return tablesAt(maxRows) + maxTableEntries * Integer.BYTES;
    }

    private static int tablesAt(int maxRows) {
        int items = 2 * AttentionPlan.Item.INTS * Integer.BYTES;
        return ROW_LISTS * rowInts(maxRows) + maxRows * (items + RULE_BYTES) + MOST_FREQUENCIES * Float.BYTES;
    }

    private static int rowInts(int maxRows) {
        return align(maxRows * Integer.BYTES);
    }

    private static int align(int bytes) {
        return (bytes + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
    }

    @Override
    public boolean serves(Workspace need) {
        return need.maxRows() <= maxRows && need.maxTableEntries() <= maxTableEntries;
    }

    long ids() {
        return device.address() + ids;
    }

    long positions() {
        return device.address() + positions;
    }

    long tableStarts() {
        return device.address() + starts;
    }

    /** From a logit row on. */
    long logitRows(int first) {
        return device.address() + logitRows + (long) first * Integer.BYTES;
    }

    long plainItems() {
        return device.address() + plainItems;
    }

    long promptItems() {
        return device.address() + promptItems;
    }

    /** From a logit row on. */
    long rules(int first) {
        return device.address() + rules + (long) first * RULE_BYTES;
    }

    long frequencies() {
        return device.address() + frequencies;
    }

    long tables() {
        return device.address() + tables;
    }

    /**
     * Writes a step and has it copied. The last step's copy must be over.
     *
     * @param layout the cache's, or {@code null} for a step that doesn't touch it
     * @param plan of attention, or {@code null}
     * @param rope of all layers, or {@code null}
     * @param paddedRows rows that kernels will run over, at least the batch's
     * @param paddedItems plain items that kernels will run over, at least the plan's
     */
    void send(
            GpuStream stream,
            StepBatch batch,
            KvLayout layout,
            AttentionPlan plan,
            Rope rope,
            SamplingRow[] sampling,
            int paddedRows,
            int paddedItems) {
        int rows = batch.rows();
        for (int row = 0; row < paddedRows; row++) {
            setInt(ids, row, row < rows ? batch.tokenIds()[row] : -1);
            setInt(positions, row, row < rows ? batch.positions()[row] : -1);
            setInt(starts, row, 0);
        }
        int entries = layout == null ? 0 : putTables(batch, layout);
        if (plan != null) {
            putItems(plainItems, plan.plain(), paddedItems);
            putItems(promptItems, plan.prompts(), plan.prompts().size());
        }
        if (rope != null) {
            float[] values = rope.inverseFrequencies();
            MemorySegment.copy(values, 0, host, ValueLayout.JAVA_FLOAT, frequencies, values.length);
        }
        int draws = batch.logitRows().length;
        for (int i = 0; i < Math.max(draws, Math.min(paddedRows, maxRows)); i++) {
            setInt(logitRows, i, i < draws ? batch.logitRows()[i] : 0);
            putRule(i, i < sampling.length ? sampling[i] : SamplingRow.GREEDY);
        }
        stream.copyIn(staging, 0, device, 0, tables + (long) entries * Integer.BYTES);
    }

    private int putTables(StepBatch batch, KvLayout layout) {
        int entries = 0;
        for (int s = 0; s < batch.sequences(); s++) {
            int blocks = Math.ceilDiv(batch.contextTokens(s), layout.blockTokens());
            for (int row = batch.sequenceStarts()[s]; row < batch.sequenceStarts()[s + 1]; row++) {
                setInt(starts, row, entries);
            }
            MemorySegment.copy(
                    batch.blockTables()[s],
                    0,
                    host,
                    ValueLayout.JAVA_INT,
                    tables + (long) entries * Integer.BYTES,
                    blocks);
            entries += blocks;
        }
        return entries;
    }

    private void putItems(int at, List<AttentionPlan.Item> items, int count) {
        for (int i = 0; i < count; i++) {
            AttentionPlan.Item item = i < items.size() ? items.get(i) : AttentionPlan.Item.NONE;
            int ints = i * AttentionPlan.Item.INTS;
            setInt(at, ints, item.firstRow());
            setInt(at, ints + 1, item.tokens());
            setInt(at, ints + 2, item.firstPart());
            setInt(at, ints + 3, 0);
        }
    }

    /** The twin of {@code SamplingRule} in {@code sampling.cu}. */
    private void putRule(int row, SamplingRow rule) {
        long at = rules + (long) row * RULE_BYTES;
        host.set(ValueLayout.JAVA_FLOAT, at, rule.temperature());
        host.set(ValueLayout.JAVA_INT, at + 4, rule.topK());
        host.set(ValueLayout.JAVA_FLOAT, at + 8, rule.topP());
        host.set(ValueLayout.JAVA_INT, at + 12, rule.step());
        host.set(ValueLayout.JAVA_LONG, at + 16, rule.seed());
        host.set(ValueLayout.JAVA_INT, at + 24, rule.forcedToken());
        host.set(ValueLayout.JAVA_INT, at + 28, rule.topLogprobs());
    }

    private void setInt(int at, int index, int value) {
        host.set(ValueLayout.JAVA_INT, at + (long) index * Integer.BYTES, value);
    }

    @Override
    public void free() {
        device.free();
        staging.close();
    }
}
