package io.intramuros.kernels.cuda;

import io.intramuros.kernels.Activations;
import io.intramuros.kernels.AttentionWeights;
import io.intramuros.kernels.Backend;
import io.intramuros.kernels.BackendUnavailableException;
import io.intramuros.kernels.DecoderPlan;
import io.intramuros.kernels.DeviceReading;
import io.intramuros.kernels.HostTensor;
import io.intramuros.kernels.KvLayout;
import io.intramuros.kernels.KvStore;
import io.intramuros.kernels.MemoryPlan;
import io.intramuros.kernels.OutOfDeviceMemoryException;
import io.intramuros.kernels.PendingTokens;
import io.intramuros.kernels.RmsNorm;
import io.intramuros.kernels.Rope;
import io.intramuros.kernels.SamplingRow;
import io.intramuros.kernels.Split;
import io.intramuros.kernels.StepBatch;
import io.intramuros.kernels.Weight;
import io.intramuros.kernels.cuda.driver.CudaException;
import io.intramuros.kernels.cuda.driver.DeviceBuffer;
import io.intramuros.kernels.cuda.driver.Gpu;
import io.intramuros.kernels.cuda.driver.PinnedBuffer;
import io.intramuros.kernels.cuda.watch.GpuWatch;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** The backend for one or more NVIDIA GPUs: see the package's description. */
public final class CudaBackend implements Backend {
    /** Never started; stands for the GPUs' threads. */
    private static final Thread ANY_OTHER_THREAD = Thread.ofPlatform().unstarted(() -> {});

    /** Logit rows that are there at once: room for a wide batch, some megabytes of FP32. */
    private static final int MOST_LOGIT_ROWS = 64;

    /** Room for the partial results of split attention. */
    private static final long PARTIALS_BYTES = 64L << 20;

    private static final int MOST_PARTS = 8192;

    private final List<Gpu> gpus;
    private final GpuClaim claim;
    private final boolean useGraphs;
    private final RankGroup ranks;
    private final Optional<GpuWatch> watch;
    private final List<Operation> pending = new ArrayList<>();
    private PlannedWeights planned = PlannedWeights.NONE;
    private boolean streams;
    private StepBatch batch;
    private int maxRows;
    private int maxColumns;
    private long tableEntries;
    private CudaKvStore store;
    private int heads;
    private int headDim;
    private int vocabulary;
    private boolean closed;

    /**
     * Opens GPUs for an engine; nobody else of this process gets them meanwhile.
     *
     * @param devices ordinals, in the order of their ranks; empty for all that the kernels run on
     * @param leftOut ordinals of those that are not used all the same
     * @throws BackendUnavailableException if there is no driver, no GPU, none that the kernels run on, or one is taken
     * @throws IllegalArgumentException if a device doesn't exist or doesn't suit
     */
    public static Backend open(List<Integer> devices, Set<Integer> leftOut) {
        return openClaimed(GpuChoice.choose(Gpu.all(), devices, leftOut));
    }

    /** Opens GPUs that suit, as one or by turns, and gives them back if that fails. */
    static Backend openClaimed(List<Gpu> gpus) {
        GpuClaim claim = GpuClaim.of(gpus);
        try {
            return GpuChoice.uneven(gpus)
                    ? PipelineBackend.open(gpus, claim)
                    : new CudaBackend(gpus, claim, true, true);
        } catch (RuntimeException | Error e) {
            claim.close();
            throw e;
        }
    }

    /**
     * @param claim given back at the end
     * @param watched whether they tell how they are
     * @param useGraphs whether steps of a known shape are captured and replayed
     */
    CudaBackend(List<Gpu> gpus, GpuClaim claim, boolean watched, boolean useGraphs) {
        this.gpus = gpus;
        this.claim = claim;
        this.useGraphs = useGraphs;
        ranks = RankGroup.open(gpus);
        try {
            watch = watched
                    ? Optional.of(GpuWatch.start(gpus.stream().map(Gpu::busId).toList()))
                    : Optional.empty();
        } catch (RuntimeException | Error e) {
            ranks.close();
            throw e;
        }
    }

    /**
     * Opens GPUs to measure them: as an engine's, but without watching them, and from within this process they can be opened
     * once more.
     *
     * @param useGraphs whether steps of a known shape are captured and replayed
     */
    public static CudaBackend openToMeasure(List<Gpu> gpus, boolean useGraphs) {
        return new CudaBackend(gpus, GpuClaim.ofNothing(), false, useGraphs);
    }

    /** Has every launch from now on told; {@code null} for none. Between steps; whoever listened is told that it is over. */
    public void listen(LaunchListener listener) {
        onAll("a listener", rank -> {
            rank.listen(listener);
            return null;
        });
    }

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public String description() {
        boolean blas = ranks.all().stream().allMatch(Rank::hasBlas);
        return GpuChoice.list(gpus)
                + (blas ? ", with cuBLAS" : ", without cuBLAS")
                + GpuChoice.costOfDifference(gpus).map("; "::concat).orElse("");
    }

    @Override
    public boolean asynchronous() {
        return true;
    }

    @Override
    public List<DeviceReading> deviceReadings() {
        return watch.map(GpuWatch::readings).orElse(List.of());
    }

    @Override
    public MemoryPlan plan(DecoderPlan plan) {
        requireBetweenSteps();
        if (!planned.equals(PlannedWeights.NONE)) {
            throw new IllegalStateException("the memory has been divided already");
        }
        maxRows = plan.maxRows();
        maxColumns = plan.activationColumns().stream()
                .mapToInt(Integer::intValue)
                .max()
                .orElseThrow();
        tableEntries = plan.maxTableEntries();
        heads = plan.queryHeads();
        headDim = plan.cacheBlock().headDim();
        vocabulary = plan.vocabulary();
        PlannedWeights weights = PlannedWeights.of(plan, ranks.size());
        Workspace need = workspace();
        List<GpuNeed> needs = onAll(
                "a look at the memory",
                rank -> GpuNeed.of(rank, gpus.get(rank.index()), ranks.size(), plan, weights, need));
        MemoryDivision division = MemoryDivision.of(needs, plan);
        WeightPlacement placement = WeightPlacement.of(weights, division.residentLayers(), division.buffers());
        MemoryAccount account = new MemoryAccount(needs, plan);
        account.require(division, placement);
        onAll("the weights", rank -> {
            rank.weights().reserve(placement);
            return null;
        });
        making("the workspace", () -> {
            ranks.prepare(need);
            return null;
        });
        planned = weights;
        String text = account.text(division, placement);
        if (division.streams()) {
            streams = true;
            text += " " + account.streaming(division, placement, streamingRate());
        }
        return new MemoryPlan(division.cacheBlocks(), text);
    }

    /** That of the slowest GPU, while all are sent something; empty if it can't be measured. */
    private OptionalDouble streamingRate() {
        List<OptionalDouble> rates =
                onAll("a measurement", rank -> rank.weights().streamingRate());
        return rates.stream().allMatch(OptionalDouble::isPresent)
                ? rates.stream().mapToDouble(OptionalDouble::getAsDouble).min()
                : OptionalDouble.empty();
    }

    @Override
    public Weight weight(HostTensor tensor, Split split) {
        if (!tensor.data().isAccessibleBy(ANY_OTHER_THREAD)) {
            throw new IllegalArgumentException("tensor " + tensor.name()
                    + " lies in memory confined to one thread; map its file in a shared arena");
        }
        requireBetweenSteps();
        PlannedWeights.Place place = planned.byTensor().get(tensor);
        CudaWeight weight = place == null ? new CudaWeight(tensor, split, ranks.size()) : place.weight();
        onAll("the weight " + tensor.name(), rank -> {
            if (place == null) {
                rank.weights().place(tensor, weight);
            } else {
                rank.weights().place(tensor, place);
            }
            return null;
        });
        return weight;
    }

    @Override
    public Activations activations(int maxRows, int columns) {
        requireBetweenSteps();
        this.maxRows = Math.max(this.maxRows, maxRows);
        this.maxColumns = Math.max(this.maxColumns, columns);
        return new CudaActivations(
                maxRows,
                columns,
                onAll("activations", rank -> rank.activations(maxRows, columns)).toArray(DeviceBuffer[]::new));
    }

    @Override
    public KvStore kvStore(KvLayout layout) {
        requireBetweenSteps();
        List<DeviceBuffer> buffers = onAll(
                "the key-value cache of " + layout.blocks() + " blocks of " + layout.blockBytes() + " bytes",
                rank -> rank.cache(layout));
        store = new CudaKvStore(layout, buffers.toArray(DeviceBuffer[]::new));
        return store;
    }

    @Override
    public void beginStep(StepBatch batch) {
        requireBetweenSteps();
        this.batch = batch;
        pending.clear();
        maxRows = Math.max(maxRows, batch.rows());
        if (store != null) {
            tableEntries = Math.max(tableEntries, entries(batch));
        }
    }

    private long entries(StepBatch step) {
        long entries = 0;
        for (int s = 0; s < step.sequences(); s++) {
            entries += Math.min(
                    step.blockTables()[s].length,
                    Math.ceilDiv(step.contextTokens(s), store.layout().blockTokens()));
        }
        // Twice as many as now, so that growing contexts seldom need more room.
        return entries <= tableEntries ? tableEntries : 2 * entries;
    }

    @Override
    public void embed(Weight table, Activations out) {
        CudaActivations to = (CudaActivations) out;
        to.shapeWhole();
        pending.add(new Operation.Embed((CudaWeight) table, to));
    }

    @Override
    public void queryKeyValue(
            Activations hidden, RmsNorm norm, AttentionWeights weights, Activations q, Activations k, Activations v) {
        ((CudaActivations) q).shapeLike((CudaWeight) weights.query());
        ((CudaActivations) k).shapeLike((CudaWeight) weights.key());
        ((CudaActivations) v).shapeLike((CudaWeight) weights.value());
        pending.add(new Operation.QueryKeyValue(
                (CudaActivations) hidden,
                norm,
                (CudaWeight) weights.query(),
                (CudaWeight) weights.key(),
                (CudaWeight) weights.value(),
                (CudaWeight) weights.queryBias(),
                (CudaWeight) weights.keyBias(),
                (CudaWeight) weights.valueBias(),
                (CudaActivations) q,
                (CudaActivations) k,
                (CudaActivations) v));
    }

    @Override
    public void rotateAndStore(
            int layer,
            Rope rope,
            AttentionWeights weights,
            Activations q,
            Activations k,
            Activations v,
            KvStore cache) {
        pending.add(new Operation.RotateAndStore(
                layer,
                rope,
                weights.queryNorm(),
                weights.keyNorm(),
                (CudaActivations) q,
                (CudaActivations) k,
                (CudaActivations) v,
                (CudaKvStore) cache));
    }

    @Override
    public void attend(int layer, float scale, Activations q, KvStore cache, Activations out) {
        CudaActivations from = (CudaActivations) q;
        CudaActivations to = (CudaActivations) out;
        to.shapeLike(from);
        int dim = cache.layout().headDim();
        heads = Math.max(heads, from.columns() / dim);
        headDim = Math.max(headDim, dim);
        pending.add(new Operation.Attend(layer, scale, from, (CudaKvStore) cache, to));
    }

    @Override
    public void projectAdd(Activations in, Weight w, Activations residual) {
        pending.add(new Operation.ProjectAdd((CudaActivations) in, (CudaWeight) w, (CudaActivations) residual));
    }

    @Override
    public void gatedUp(Activations hidden, RmsNorm norm, Weight gate, Weight up, Activations out) {
        ((CudaActivations) out).shapeLike((CudaWeight) gate);
        pending.add(new Operation.GatedUp(
                (CudaActivations) hidden, norm, (CudaWeight) gate, (CudaWeight) up, (CudaActivations) out));
    }

    @Override
    public PendingTokens sample(Activations hidden, RmsNorm norm, Weight head, SamplingRow[] rows) {
        for (SamplingRow row : rows) {
            if (row.topLogprobs() > Sampling.MOST_TOP) {
                throw new IllegalArgumentException("at most " + Sampling.MOST_TOP
                        + " of the most probable tokens can be reported, not " + row.topLogprobs());
            }
        }
        if (rows.length == 0) {
            return run(null, rows);
        }
        vocabulary = head.rows();
        return run(
                new StepProgram.Logits(
                        (CudaActivations) hidden, (CudaWeight) norm.gain(), norm.epsilon(), (CudaWeight) head),
                rows);
    }

    @Override
    public float[][] read(Activations activations, int rows) {
        flush();
        CudaActivations from = (CudaActivations) activations;
        float[][] out = new float[rows][from.columns()];
        int column = 0;
        for (Rank rank : ranks.all()) {
            int width = from.width(rank.index());
            float[] values = ranks.on(rank, r -> download(r, from, rows * width));
            for (int row = 0; row < rows; row++) {
                System.arraycopy(values, row * width, out[row], column, width);
            }
            if (!from.divided()) {
                break;
            }
            column += width;
        }
        return out;
    }

    private static float[] download(Rank rank, CudaActivations from, int count) {
        long bytes = (long) count * Float.BYTES;
        try (PinnedBuffer to = new PinnedBuffer(Math.max(1, bytes))) {
            rank.stream().copyOut(from.buffer(rank.index()), 0, to, 0, bytes);
            rank.synchronize();
            return to.memory().asSlice(0, bytes).toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    @Override
    public void endStep() {
        try {
            flush();
        } finally {
            pending.clear();
            batch = null;
        }
    }

    /** Its GPUs, by rank. */
    List<Gpu> gpus() {
        return gpus;
    }

    /** Does what is pending, then copies the first rows to another backend's activations of the same width. */
    void handOver(Activations from, CudaBackend next, Activations to, int rows) {
        flush();
        CudaActivations source = (CudaActivations) from;
        CudaActivations target = (CudaActivations) to;
        target.shapeWhole();
        Rank first = next.ranks.all().getFirst();
        next.ranks.on(first, rank -> {
            rank.stream().copy(source.buffer(0), 0, target.buffer(0), 0, (long) rows * source.columns() * Float.BYTES);
            rank.synchronize();
            return null;
        });
    }

    private void flush() {
        if (!pending.isEmpty()) {
            run(null, new SamplingRow[0]).await();
        }
    }

    /** Has all that is pending begun, and tokens sampled if there are logits. */
    private PendingTokens run(StepProgram.Logits logits, SamplingRow[] rules) {
        StepProgram program = new StepProgram(batch, pending, logits);
        pending.clear();
        Workspace need = workspace();
        Operation.Attend attention = program.attention();
        AttentionPlan plan = attention == null ? null : plan(attention, need);
        // A captured step would hold the addresses of the buffers that streamed layers come into by turns.
        boolean bucketed = useGraphs && !streams && StepShape.bucketed(program, plan);
        StepShape shape = bucketed ? StepShape.bucket(program, plan, maxRows) : StepShape.exact(program, plan);
        return ranks.run(need, program, plan, shape, bucketed, rules);
    }

    private AttentionPlan plan(Operation.Attend attention, Workspace need) {
        KvLayout layout = attention.cache().layout();
        int group = attention.q().columns() / layout.headDim() / layout.kvHeads();
        // All ranks share the plan; the last has the most heads, which are those of any other or one more.
        int kvHeads = Math.max(1, attention.cache().heads(ranks.size() - 1));
        return AttentionPlan.of(
                batch,
                layout,
                group,
                2 * gpus.getFirst().multiprocessors(),
                PagedAttention.blocksPerItem(kvHeads, group),
                need.mostParts());
    }

    private Workspace workspace() {
        int mostParts =
                heads == 0 ? 0 : (int) Math.min(MOST_PARTS, PARTIALS_BYTES / ((long) heads * headDim * Float.BYTES));
        int fewestMultiprocessors =
                gpus.stream().mapToInt(Gpu::multiprocessors).min().orElseThrow();
        return new Workspace(
                maxRows,
                maxColumns,
                tableEntries,
                heads,
                headDim,
                mostParts,
                vocabulary,
                Math.min(MOST_LOGIT_ROWS, maxRows),
                fewestMultiprocessors);
    }

    private <T> List<T> onAll(String what, Function<Rank, T> task) {
        return making(what, () -> ranks.onAll(task));
    }

    /** @param what is wanted, for messages */
    private <T> T making(String what, Supplier<T> task) {
        try {
            return task.get();
        } catch (CudaException e) {
            if (e.outOfMemory()) {
                throw new OutOfDeviceMemoryException("There is no room for " + what + ": " + e.getMessage());
            }
            throw ranks.failed(e);
        }
    }

    private void requireBetweenSteps() {
        if (batch != null) {
            throw new IllegalStateException("a step has begun and not ended");
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            try (claim) {
                watch.ifPresent(GpuWatch::close);
                ranks.close();
            }
        }
    }
}
