package io.intramuros.kernels.vector;

import io.intramuros.kernels.Activations;
import io.intramuros.kernels.AttentionWeights;
import io.intramuros.kernels.Backend;
import io.intramuros.kernels.DecoderPlan;
import io.intramuros.kernels.HostMemory;
import io.intramuros.kernels.HostTensor;
import io.intramuros.kernels.KvLayout;
import io.intramuros.kernels.KvStore;
import io.intramuros.kernels.MemoryPlan;
import io.intramuros.kernels.PendingTokens;
import io.intramuros.kernels.RmsNorm;
import io.intramuros.kernels.Rope;
import io.intramuros.kernels.SampledToken;
import io.intramuros.kernels.SamplingRow;
import io.intramuros.kernels.Split;
import io.intramuros.kernels.StepBatch;
import io.intramuros.kernels.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** The portable backend: see the package's description. */
public final class VectorBackend implements Backend {
    /** Never started; stands for the computing threads. */
    private static final Thread ANY_OTHER_THREAD = Thread.ofPlatform().unstarted(() -> {});

    /** The cache takes no more than this part of the machine's memory, unless it has to. */
    private static final int CACHE_PART = 8;

    private final ThreadTeam team;
    private final Arena arena = Arena.ofShared();
    private final Projector projector;
    private float[] normed = new float[0];
    private float[] upper = new float[0];
    private float[] logits = new float[0];
    private final BatchAttention attention;
    private final Sampler[] samplers;
    private float[] angles = new float[0];
    private Rope anglesOf;
    private int[] sequenceOfRow;
    private StepBatch batch;
    private boolean closed;

    /**
     * Starts the computing threads.
     *
     * @param threads threads that compute, the calling one included
     * @throws IllegalArgumentException if {@code threads} is not positive
     */
    public VectorBackend(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, not " + threads);
        }
        team = new ThreadTeam(threads, "intramuros-vector");
        projector = new Projector(team);
        attention = new BatchAttention(team);
        samplers = new Sampler[threads];
        for (int i = 0; i < threads; i++) {
            samplers[i] = new Sampler();
        }
    }

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public String description() {
        return "Java Vector API, " + Lanes.FLOATS.vectorBitSize() + "-bit vectors, " + team.size() + " threads";
    }

    /** Weights stay in the model's mapped files; the cache gets a share of the machine's memory, or the least it needs. */
    @Override
    public MemoryPlan plan(DecoderPlan plan) {
        long blockBytes = plan.cacheBlock().blockBytes();
        long share = Math.min(plan.wantedBlocks(), HostMemory.bytes() / CACHE_PART / blockBytes);
        int blocks = (int) Math.max(plan.leastBlocks(), share);
        return new MemoryPlan(
                blocks,
                "The cache takes " + HostMemory.amount(blocks * blockBytes) + " of the machine's "
                        + HostMemory.amount(HostMemory.bytes()) + ".");
    }

    @Override
    public Weight weight(HostTensor tensor, Split split) {
        MemorySegment data = tensor.data();
        if (!data.isAccessibleBy(ANY_OTHER_THREAD)) {
            throw new IllegalArgumentException("tensor " + tensor.name()
                    + " lies in memory confined to one thread; map its file in a shared arena");
        }
        if (!data.isNative()) {
            data = arena.allocate(data.byteSize(), 64).copyFrom(data);
        }
        return VectorWeight.of(tensor, data);
    }

    @Override
    public Activations activations(int maxRows, int columns) {
        return new VectorActivations(maxRows, columns);
    }

    @Override
    public KvStore kvStore(KvLayout layout) {
        return new VectorKvStore(layout, arena);
    }

    @Override
    public void beginStep(StepBatch batch) {
        this.batch = batch;
        anglesOf = null;
        sequenceOfRow = null;
        attention.begin(batch);
    }

    @Override
    public void embed(Weight table, Activations out) {
        VectorWeight w = (VectorWeight) table;
        float[] values = ((VectorActivations) out).values;
        int[] ids = batch.tokenIds();
        team.run(ids.length, (part, worker) -> Dequantiser.row(w, ids[part], values, part * w.columns()));
    }

    @Override
    public void queryKeyValue(
            Activations hidden, RmsNorm norm, AttentionWeights weights, Activations q, Activations k, Activations v) {
        normalise(hidden, norm, batch.rows());
        projector.project(
                normed,
                batch.rows(),
                linear(weights.query(), weights.queryBias(), q),
                linear(weights.key(), weights.keyBias(), k),
                linear(weights.value(), weights.valueBias(), v));
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
        VectorKvStore store = (VectorKvStore) cache;
        KvLayout layout = store.layout();
        int dim = layout.headDim();
        float[] keys = values(k);
        float[] newValues = values(v);
        float[] turns = angles(rope, dim);
        int[] sequences = sequences();
        team.runShort(batch.rows(), (t, worker) -> {
            int position = batch.positions()[t];
            int block = batch.blockTables()[sequences[t]][position / layout.blockTokens()];
            int slot = position % layout.blockTokens();
            rotateRow(rope, weights.queryNorm(), turns, values(q), t, q.columns(), dim);
            rotateRow(rope, weights.keyNorm(), turns, keys, t, k.columns(), dim);
            for (int head = 0; head < layout.kvHeads(); head++) {
                CacheTile.write(store, layer, block, slot, head, keys, newValues, t * k.columns() + head * dim);
            }
        });
    }

    /** The batch's rotations, computed at the step's first layer and kept for the others. */
    private float[] angles(Rope rope, int dim) {
        if (!rope.equals(anglesOf)) {
            float[] turns = atLeast(angles, batch.rows() * dim);
            int[] positions = batch.positions();
            team.runShort(batch.rows(), (t, worker) -> Rotary.angles(rope, positions[t], turns, t * dim));
            angles = turns;
            anglesOf = rope;
        }
        return angles;
    }

    /** The sequence of each row of the batch, likewise kept. */
    private int[] sequences() {
        if (sequenceOfRow == null) {
            sequenceOfRow = new int[batch.rows()];
            for (int s = 0; s < batch.sequences(); s++) {
                Arrays.fill(sequenceOfRow, batch.sequenceStarts()[s], batch.sequenceStarts()[s + 1], s);
            }
        }
        return sequenceOfRow;
    }

    private static void rotateRow(Rope rope, RmsNorm norm, float[] turns, float[] x, int row, int columns, int dim) {
        for (int at = row * columns; at < (row + 1) * columns; at += dim) {
            if (norm != null) {
                Norms.row(x, at, dim, VectorWeight.vector(norm.gain()), norm.epsilon(), x, at);
            }
            Rotary.head(rope.pairing(), turns, row * dim, x, at, dim);
        }
    }

    @Override
    public void attend(int layer, float scale, Activations q, KvStore cache, Activations out) {
        VectorKvStore store = (VectorKvStore) cache;
        attention.attend(store, layer, q.columns() / store.layout().headDim(), scale, values(q), values(out));
    }

    @Override
    public void projectAdd(Activations in, Weight w, Activations residual) {
        projector.project(values(in), batch.rows(), new Linear((VectorWeight) w, null, true, values(residual)));
    }

    @Override
    public void gatedUp(Activations hidden, RmsNorm norm, Weight gate, Weight up, Activations out) {
        int rows = batch.rows();
        normalise(hidden, norm, rows);
        upper = atLeast(upper, rows * up.rows());
        projector.gated(
                normed,
                rows,
                new Linear((VectorWeight) gate, null, false, values(out)),
                new Linear((VectorWeight) up, null, false, upper));
    }

    @Override
    public PendingTokens sample(Activations hidden, RmsNorm norm, Weight head, SamplingRow[] rows) {
        int[] logitRows = batch.logitRows();
        if (logitRows.length == 0) {
            return () -> new SampledToken[0];
        }
        int columns = hidden.columns();
        float[] gain = VectorWeight.vector(norm.gain());
        normed = atLeast(normed, logitRows.length * columns);
        for (int i = 0; i < logitRows.length; i++) {
            Norms.row(values(hidden), logitRows[i] * columns, columns, gain, norm.epsilon(), normed, i * columns);
        }
        logits = atLeast(logits, Math.multiplyExact(logitRows.length, head.rows()));
        projector.project(normed, logitRows.length, new Linear((VectorWeight) head, null, false, logits));
        SampledToken[] tokens = new SampledToken[logitRows.length];
        team.run(
                tokens.length,
                (part, worker) ->
                        tokens[part] = samplers[worker].sample(logits, part * head.rows(), head.rows(), rows[part]));
        return () -> tokens;
    }

    private static Linear linear(Weight weight, Weight bias, Activations out) {
        return new Linear((VectorWeight) weight, VectorWeight.vector(bias), false, values(out));
    }

    /** The normed rows go to {@link #normed}. */
    private void normalise(Activations hidden, RmsNorm norm, int rows) {
        int columns = hidden.columns();
        float[] x = values(hidden);
        float[] gain = VectorWeight.vector(norm.gain());
        float[] out = atLeast(normed, rows * columns);
        normed = out;
        team.runShort(
                rows, (row, worker) -> Norms.row(x, row * columns, columns, gain, norm.epsilon(), out, row * columns));
    }

    private static float[] atLeast(float[] array, int size) {
        return array.length >= size ? array : new float[size];
    }

    private static float[] values(Activations activations) {
        return ((VectorActivations) activations).values;
    }

    @Override
    public float[][] read(Activations activations, int rows) {
        int columns = activations.columns();
        float[][] copy = new float[rows][];
        for (int row = 0; row < rows; row++) {
            copy[row] = Arrays.copyOfRange(values(activations), row * columns, (row + 1) * columns);
        }
        return copy;
    }

    @Override
    public void endStep() {
        batch = null;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            team.close();
            arena.close();
        }
    }
}
