package io.intramuros.kernels.cuda;

import io.intramuros.kernels.KvLayout;
import io.intramuros.kernels.RmsNorm;
import io.intramuros.kernels.SampledToken;
import io.intramuros.kernels.SamplingRow;
import io.intramuros.kernels.Split;
import io.intramuros.kernels.cuda.driver.Blas;
import io.intramuros.kernels.cuda.driver.CudaException;
import io.intramuros.kernels.cuda.driver.DeviceBuffer;
import io.intramuros.kernels.cuda.driver.Gpu;
import io.intramuros.kernels.cuda.driver.GpuContext;
import io.intramuros.kernels.cuda.driver.GpuStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One GPU's part in a backend: its context, its share of the weights and of the cache, its workspace, and how it runs a
 * step. All work happens on the rank's own thread; other threads ask for its parts or end its waiting.
 */
final class Rank {
    private static final Split BY_TOKENS = Split.rows(1);

    private final int index;
    private final int ranks;
    private final GpuThread thread;
    private final GpuContext context;
    private final GpuStream stream;
    private final Launcher launcher;
    private final RankWeights weights;
    private final GraphCache graphs = new GraphCache();

    /** For wide products; all ranks have it or none. */
    private Optional<Blas> blas = Optional.empty();

    /** Where the ranks' threads meet if their GPUs don't reach each other; else {@code null}. */
    private Rendezvous rendezvous;

    // The workspace: made before a step that needs more of it than there is.
    private StepTables tables;
    private Projections projections;
    private PagedAttention attention;
    private AllReduce allReduce;
    private Sampling sampling;

    /** Which tokens' logits this rank computes. */
    private int logitsBegin;

    private int logitsEnd;

    /** Whose rows' squares the last sum over all ranks left, or {@code null}. */
    private CudaActivations squaresOf;

    private Rank(int index, int ranks, GpuThread thread, Gpu gpu) {
        this.index = index;
        this.ranks = ranks;
        this.thread = thread;
        context = new GpuContext(gpu);
        try {
            stream = context.stream();
            launcher = new Launcher(gpu, KernelLibrary.load(context), stream);
            weights = new RankWeights(index, context, stream);
        } catch (RuntimeException | Error e) {
            context.close();
            throw e;
        }
    }

    /** Opens a GPU; on its thread. */
    static Rank open(int index, int ranks, GpuThread thread, Gpu gpu) {
        return new Rank(index, ranks, thread, gpu);
    }

    /** Opens cuBLAS for wide products; returns why that can't be, or empty if it is. */
    Optional<String> openBlas() {
        try {
            blas = Optional.of(Blas.open(context, stream));
            return Optional.empty();
        } catch (CudaException e) {
            return Optional.of(e.getMessage());
        } catch (LinkageError e) {
            // JCuda's library for it is there but doesn't go with the cuBLAS that is installed.
            return Optional.of(e.toString());
        }
    }

    /** Leaves wide products to our own kernels. */
    void closeBlas() {
        blas.ifPresent(Blas::close);
        blas = Optional.empty();
    }

    int index() {
        return index;
    }

    Gpu gpu() {
        return context.gpu();
    }

    /** Whether wide products are cuBLAS's. */
    boolean hasBlas() {
        return blas.isPresent();
    }

    GpuThread thread() {
        return thread;
    }

    AllReduce allReduce() {
        return allReduce;
    }

    /** Lets this GPU use the others' memory. */
    void reach(List<Rank> all) {
        for (Rank other : all) {
            if (other != this) {
                context.reach(other.context);
            }
        }
    }

    /** Takes the others' memory away from it again. */
    void leave(List<Rank> all) {
        for (Rank other : all) {
            if (other != this) {
                context.leave(other.context);
            }
        }
    }

    /** Leaves bytes that the others try to fetch. */
    PeerTrial leaveForOthers() {
        return new PeerTrial(context, stream, index);
    }

    /** Whether this GPU can be given the others' memory. */
    boolean canReach(List<Rank> all) {
        return all.stream().allMatch(other -> other == this || context.canReach(other.context.gpu()));
    }

    /** Has parts and logits copied, as the GPUs don't reach each other. */
    void meetAt(Rendezvous rendezvous) {
        this.rendezvous = rendezvous;
    }

    Sampling sampling() {
        return sampling;
    }

    /** Its share of the weights. */
    RankWeights weights() {
        return weights;
    }

    /** Has every launch from now on told; {@code null} for none. */
    void listen(LaunchListener listener) {
        launcher.listen(listener);
    }

    DeviceBuffer activations(int maxRows, int columns) {
        return context.allocate(CudaActivations.bytes(maxRows, columns));
    }

    DeviceBuffer cache(KvLayout layout) {
        return context.allocate(Math.max(1, CudaKvStore.bytes(layout, index, ranks)));
    }

    /** Memory of its GPU that nobody has taken. */
    long freeBytes() {
        return context.freeBytes();
    }

    /** What {@link #prepare} takes, if there is nothing yet. */
    long bytes(Workspace need) {
        return need.bytes(context.gpu(), index, ranks, rendezvous == null);
    }

    /** Makes room for steps of such sizes; whatever is large enough stays. */
    void prepare(Workspace need) {
        // Captured steps hold addresses of what may be made anew, here or on another rank.
        graphs.clear();
        tables = enough(tables, need, () -> new StepTables(context, need.maxRows(), need.maxTableEntries()));
        projections = enough(
                projections, need, () -> new Projections(context, stream, blas, need.maxRows(), need.maxColumns()));
        if (need.attends()) {
            attention = enough(
                    attention, need, () -> new PagedAttention(context, need.heads(), need.headDim(), need.mostParts()));
        }
        if (need.samples() && (index == 0 || rendezvous != null)) {
            sampling = enough(sampling, need, () -> new Sampling(context, need.logitRows(), need.vocabulary()));
        }
        if (ranks > 1) {
            allReduce = enough(allReduce, need, () -> allReduce(need));
        }
    }

    /** The part that there is if it is large enough, else a larger one in its place. */
    private <T extends WorkspacePart> T enough(T part, Workspace need, Supplier<T> larger) {
        if (part != null && part.serves(need)) {
            return part;
        }
        if (part != null) {
            part.free();
        }
        return larger.get();
    }

    private AllReduce allReduce(Workspace need) {
        return rendezvous == null
                ? new PeerAllReduce(context, stream, index, need.reduceBlocks(), need.maxRows(), need.maxColumns())
                : new PulledAllReduce(
                        context, rendezvous, index, ranks, need.reduceBlocks(), need.maxRows(), need.maxColumns());
    }

    /** Has the operations of a step done, and the logits if it has any; returns when they are queued. */
    void queue(
            StepProgram program,
            AttentionPlan plan,
            StepShape shape,
            boolean graph,
            SamplingRow[] rules,
            Sampling out) {
        begin();
        weights.settle();
        tables.send(
                stream,
                program.batch(),
                program.cache(),
                plan,
                program.rope(),
                rules,
                shape.rows(),
                shape.plainItems());
        if (graph && capturable()) {
            graphs.run(stream, program, shape, () -> launchAll(program, plan, shape, out));
        } else {
            launchAll(program, plan, shape, out);
        }
    }

    /** Whether a step is to be captured before it is queued. Also from the thread that begins steps, between two of them. */
    boolean captures(StepProgram program, StepShape shape) {
        return capturable() && graphs.captures(program, shape);
    }

    private boolean capturable() {
        return allReduce == null || allReduce.capturable();
    }

    /** Captures a step that {@link #queue} will find. */
    void capture(StepProgram program, AttentionPlan plan, StepShape shape, Sampling out) {
        begin();
        graphs.capture(stream, program, shape, () -> launchAll(program, plan, shape, out));
    }

    private void begin() {
        if (allReduce != null) {
            allReduce.begin();
        }
        squaresOf = null;
    }

    private void launchAll(StepProgram program, AttentionPlan plan, StepShape shape, Sampling out) {
        program.operations().forEach(operation -> launch(operation, plan, shape));
        weights.leave();
        if (program.logits() != null && shape.logitRows() <= out.rows()) {
            launchLogits(program.logits(), 0, shape.logitRows(), out);
        }
    }

    /** Queues the logits of some of the step's logit rows. */
    void queueLogits(StepProgram.Logits logits, int first, int count, Sampling out) {
        launchLogits(logits, first, count, out);
    }

    /** Takes tokens from all ranks' logits, which are there; on the rank that samples. Waits for them. */
    void sample(List<Rank> all, int first, int count, SamplingRow[] rules, boolean withTop, SampledToken[] into) {
        for (Rank other : all) {
            if (other != this && rendezvous != null) {
                sampling.pull(stream, other.sampling, other.logitsBegin, other.logitsEnd, count);
            }
        }
        sampling.launch(launcher, tables, first, count);
        sampling.copyOut(stream, withTop);
        stream.synchronize();
        sampling.collect(rules, first, count, into);
    }

    /** Waits until all that is queued is done. */
    void synchronize() {
        stream.synchronize();
    }

    GpuStream stream() {
        return stream;
    }

    private void launch(Operation operation, AttentionPlan plan, StepShape shape) {
        int rows = shape.rows();
        if (operation.weight() != null) {
            weights.enter(operation.weight());
        }
        switch (operation) {
            case Operation.Embed embed -> Embedding.launch(launcher, index, tables, embed, rows);
            case Operation.QueryKeyValue qkv -> {
                ProjectionInput in = normed(qkv.hidden(), qkv.norm(), 0, rows);
                projections.project(
                        launcher,
                        in,
                        List.of(
                                target(qkv.query(), qkv.queryBias(), qkv.q()),
                                target(qkv.key(), qkv.keyBias(), qkv.k()),
                                target(qkv.value(), qkv.valueBias(), qkv.v())),
                        false);
            }
            case Operation.RotateAndStore store -> Rotation.launch(launcher, index, tables, store, rows);
            case Operation.Attend attend ->
                attention.launch(launcher, index, tables, attend, plan, shape.plainItems(), shape.partitions());
            case Operation.ProjectAdd add -> projectAdd(add, rows);
            case Operation.GatedUp gated ->
                projections.gated(
                        launcher,
                        normed(gated.hidden(), gated.norm(), 0, rows),
                        gated.gate().format(),
                        gated.gate().address(index, 0),
                        gated.up().address(index, 0),
                        gated.out().address(index),
                        gated.gate().rowsOf(index));
        }
    }

    private void projectAdd(Operation.ProjectAdd add, int rows) {
        CudaWeight weight = add.weight();
        ProjectionInput in = new ProjectionInput(add.in().address(index), 0, rows, weight.columnsOf(index), 0, 0, 0, 0);
        if (!weight.divided()) {
            projections.project(launcher, in, List.of(target(weight, null, add.residual())), true);
            // What was added isn't in the squares of the sum before.
            squaresOf = null;
            return;
        }
        DeviceBuffer part = allReduce.part();
        if (in.columns() == 0) {
            stream.zero(part, 0, (long) rows * weight.rows() * Float.BYTES);
        } else {
            ProjectionTarget target = new ProjectionTarget(
                    weight.address(index, 0), weight.format(), 0, part.address(), weight.rows(), weight.rows());
            projections.project(launcher, in, List.of(target), false);
        }
        allReduce.sum(launcher, add.residual().address(index), rows, weight.rows());
        squaresOf = add.residual();
    }

    private ProjectionTarget target(CudaWeight weight, CudaWeight bias, CudaActivations out) {
        return new ProjectionTarget(
                weight.address(index, 0),
                weight.format(),
                bias == null ? 0 : bias.vectorAddress(index),
                out.address(index),
                weight.rowsOf(index),
                out.width(index));
    }

    private ProjectionInput normed(CudaActivations hidden, RmsNorm norm, long rowIndex, int rows) {
        return normed(hidden, (CudaWeight) norm.gain(), norm.epsilon(), rowIndex, rows);
    }

    private ProjectionInput normed(CudaActivations hidden, CudaWeight gain, float epsilon, long rowIndex, int rows) {
        boolean squaresKnown = squaresOf == hidden;
        return new ProjectionInput(
                hidden.address(index),
                rowIndex,
                rows,
                hidden.columns(),
                gain.vectorAddress(index),
                epsilon,
                squaresKnown ? allReduce.squares() : 0,
                squaresKnown ? AllReduce.slices(hidden.columns()) : 0);
    }

    /** A head that every rank has whole is divided all the same: its rows, where nothing else needs them together. */
    private void launchLogits(StepProgram.Logits logits, int first, int count, Sampling out) {
        CudaWeight head = logits.head();
        int begin = head.divided() ? head.firstRow(index) : BY_TOKENS.begin(head.rows(), index, ranks);
        int end = head.divided() ? begin + head.rowsOf(index) : BY_TOKENS.begin(head.rows(), index + 1, ranks);
        logitsBegin = begin;
        logitsEnd = end;
        ProjectionTarget target = new ProjectionTarget(
                head.address(index, head.divided() ? 0 : begin),
                head.format(),
                0,
                rendezvous == null ? out.logits(begin) : sampling.logits(begin),
                end - begin,
                head.rows());
        ProjectionInput in = normed(logits.hidden(), logits.gain(), logits.epsilon(), tables.logitRows(first), count);
        projections.project(launcher, in, List.of(target), false);
    }

    /** Frees everything, also after a fault. */
    void close() {
        graphs.clear();
        weights.close();
        closeBlas();
        context.close();
    }
}
