package io.intramuros.kernels.vector;

import io.intramuros.kernels.Activations;
import io.intramuros.kernels.AttentionWeights;
import io.intramuros.kernels.Backend;
import io.intramuros.kernels.HostTensor;
import io.intramuros.kernels.KvLayout;
import io.intramuros.kernels.KvStore;
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
    private static final int ROWS_PER_PART = 16;

    private final ThreadTeam team;
    private final Arena arena = Arena.ofShared();
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
    }

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public String description() {
        return "Java Vector API, " + Lanes.FLOATS.vectorBitSize() + "-bit vectors, " + team.size() + " threads";
    }

    @Override
    public Weight weight(HostTensor tensor, Split split) {
        MemorySegment data = tensor.data();
        if (!data.isNative()) {
            data = arena.allocate(data.byteSize(), 64).copyFrom(data);
        }
        return new VectorWeight(
                tensor.name(),
                tensor.type(),
                tensor.rows(),
                tensor.columns(),
                tensor.type().rowBytes(tensor.columns()),
                data);
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
        float[] normed = normalise(hidden, norm);
        product(normed, batch.rows(), weights.query(), weights.queryBias(), values(q), false);
        product(normed, batch.rows(), weights.key(), weights.keyBias(), values(k), false);
        product(normed, batch.rows(), weights.value(), weights.valueBias(), values(v), false);
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
        float[] queries = values(q);
        float[] keys = values(k);
        float[] newValues = values(v);
        float[] angles = new float[dim];
        for (int s = 0; s < batch.sequences(); s++) {
            for (int t = batch.sequenceStarts()[s]; t < batch.sequenceStarts()[s + 1]; t++) {
                int position = batch.positions()[t];
                int block = batch.blockTables()[s][position / layout.blockTokens()];
                int slot = position % layout.blockTokens();
                Rotary.angles(rope, position, angles);
                rotateRow(rope, weights.queryNorm(), angles, queries, t, q.columns(), dim);
                rotateRow(rope, weights.keyNorm(), angles, keys, t, k.columns(), dim);
                for (int head = 0; head < layout.kvHeads(); head++) {
                    long base = store.headOffset(block, head);
                    int from = t * k.columns() + head * dim;
                    for (int e = 0; e < dim; e++) {
                        Attention.store(
                                store.keys(layer), store.bf16(), base, e * layout.blockTokens() + slot, keys[from + e]);
                        Attention.store(store.values(layer), store.bf16(), base, slot * dim + e, newValues[from + e]);
                    }
                }
            }
        }
    }

    private void rotateRow(Rope rope, RmsNorm norm, float[] angles, float[] x, int row, int columns, int dim) {
        for (int at = row * columns; at < (row + 1) * columns; at += dim) {
            if (norm != null) {
                Norms.row(x, at, dim, vector(norm.gain()), norm.epsilon(), x, at);
            }
            Rotary.head(rope.pairing(), angles, x, at, dim);
        }
    }

    @Override
    public void attend(int layer, float scale, Activations q, KvStore cache, Activations out) {
        VectorKvStore store = (VectorKvStore) cache;
        int dim = store.layout().headDim();
        int heads = q.columns() / dim;
        int group = heads / store.layout().kvHeads();
        float[] queries = values(q);
        float[] result = values(out);
        for (int s = 0; s < batch.sequences(); s++) {
            int[] blocks = batch.blockTables()[s];
            int first = batch.sequenceStarts()[s];
            int context = batch.contextTokens(s);
            team.run(batch.newTokens(s) * heads, (part, worker) -> {
                int t = first + part / heads;
                int head = part % heads;
                int at = t * heads * dim + head * dim;
                Attention.head(
                        store,
                        layer,
                        blocks,
                        head / group,
                        batch.positions()[t] + 1,
                        scale,
                        queries,
                        at,
                        new float[context],
                        result,
                        at);
            });
        }
    }

    @Override
    public void projectAdd(Activations in, Weight w, Activations residual) {
        product(values(in), batch.rows(), w, null, values(residual), true);
    }

    @Override
    public void gatedUp(Activations hidden, RmsNorm norm, Weight gate, Weight up, Activations out) {
        float[] normed = normalise(hidden, norm);
        float[] gated = values(out);
        float[] upper = new float[batch.rows() * up.rows()];
        product(normed, batch.rows(), gate, null, gated, false);
        product(normed, batch.rows(), up, null, upper, false);
        team.run(batch.rows(), (part, worker) -> {
            for (int i = part * up.rows(); i < (part + 1) * up.rows(); i++) {
                gated[i] = gated[i] / (1 + (float) Math.exp(-gated[i])) * upper[i];
            }
        });
    }

    @Override
    public SampledToken[] sample(Activations hidden, RmsNorm norm, Weight head, SamplingRow[] rows) {
        int[] logitRows = batch.logitRows();
        int columns = hidden.columns();
        float[] gain = vector(norm.gain());
        float[] normed = new float[logitRows.length * columns];
        for (int i = 0; i < logitRows.length; i++) {
            Norms.row(values(hidden), logitRows[i] * columns, columns, gain, norm.epsilon(), normed, i * columns);
        }
        float[] logits = new float[logitRows.length * head.rows()];
        product(normed, logitRows.length, head, null, logits, false);
        SampledToken[] tokens = new SampledToken[logitRows.length];
        team.run(
                tokens.length,
                (part, worker) -> tokens[part] = Sampler.sample(logits, part * head.rows(), head.rows(), rows[part]));
        return tokens;
    }

    private void product(float[] in, int rows, Weight weight, Weight bias, float[] out, boolean add) {
        VectorWeight w = (VectorWeight) weight;
        int columns = w.columns();
        int outputs = w.rows();
        float[] biases = bias == null ? null : vector(bias);
        team.run((outputs + ROWS_PER_PART - 1) / ROWS_PER_PART, (part, worker) -> {
            float[] row = new float[columns];
            for (int r = part * ROWS_PER_PART; r < Math.min(outputs, (part + 1) * ROWS_PER_PART); r++) {
                Dequantiser.row(w, r, row, 0);
                for (int t = 0; t < rows; t++) {
                    float sum = MatrixProduct.dot(in, t * columns, row, 0, columns);
                    float start = add ? out[t * outputs + r] : biases == null ? 0 : biases[r];
                    out[t * outputs + r] = start + sum;
                }
            }
        });
    }

    private float[] normalise(Activations hidden, RmsNorm norm) {
        int columns = hidden.columns();
        float[] x = values(hidden);
        float[] gain = vector(norm.gain());
        float[] normed = new float[batch.rows() * columns];
        team.run(
                batch.rows(),
                (part, worker) -> Norms.row(x, part * columns, columns, gain, norm.epsilon(), normed, part * columns));
        return normed;
    }

    private static float[] vector(Weight weight) {
        float[] values = new float[weight.columns()];
        Dequantiser.row((VectorWeight) weight, 0, values, 0);
        return values;
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
