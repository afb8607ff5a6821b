package io.intramuros.kernels.cuda.measure;

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
import io.intramuros.kernels.TensorType;
import io.intramuros.kernels.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A decoder of some shape over made-up weights, which takes the same way through a backend as a model does. */
public final class SyntheticDecoder {
    private static final int BLOCK_TOKENS = 16;
    private static final float EPSILON = 1e-5f;
    private static final double ROPE_BASE = 500_000;

    /** Rows of the embedding table: only as many are read as there are tokens, so the others need not be there. */
    private static final int EMBEDDINGS = 256;

    private final Backend backend;
    private final DecoderShape shape;
    private final Matrices weights;
    private final Weight embedding;
    private final Weight head;
    private final RmsNorm norm;
    private final List<Layer> layers = new ArrayList<>();
    private final Activations hidden;
    private final Activations q;
    private final Activations k;
    private final Activations v;
    private final Activations attended;
    private final Activations inner;
    private final KvStore cache;
    private final int blocksPerSequence;
    private final int maxRows;
    private final Rope rope;

    /** Where its matrices come from. */
    @FunctionalInterface
    public interface Matrices {
        /** A matrix, made up. */
        HostTensor matrix(int rows, int columns);
    }

    private record Layer(AttentionWeights attention, Weight output, Weight gate, Weight up, Weight down) {}

    /**
     * Places it.
     *
     * @param distinctLayers layers that have weights of their own; the others share these, which changes nothing but the
     *     memory they take
     * @param maxRows the most tokens of a step
     * @param sequences the most sequences
     * @param context the most tokens of a sequence
     */
    public SyntheticDecoder(
            Backend backend,
            DecoderShape shape,
            Matrices weights,
            int distinctLayers,
            int maxRows,
            int sequences,
            int context) {
        this.backend = backend;
        this.shape = shape;
        this.weights = weights;
        this.maxRows = maxRows;
        int dim = shape.headDim();
        embedding = matrix(EMBEDDINGS, shape.hidden(), Split.WHOLE);
        head = matrix(shape.vocabulary(), shape.hidden(), Split.rows(1));
        norm = new RmsNorm(backend.weight(ones(shape.hidden()), Split.WHOLE), EPSILON);
        for (int i = 0; i < distinctLayers; i++) {
            layers.add(layer());
        }
        hidden = backend.activations(maxRows, shape.hidden());
        q = backend.activations(maxRows, shape.heads() * dim);
        k = backend.activations(maxRows, shape.kvHeads() * dim);
        v = backend.activations(maxRows, shape.kvHeads() * dim);
        attended = backend.activations(maxRows, shape.heads() * dim);
        inner = backend.activations(maxRows, shape.feedForward());
        blocksPerSequence = Math.ceilDiv(context, BLOCK_TOKENS);
        cache = backend.kvStore(new KvLayout(
                shape.layers(), sequences * blocksPerSequence, BLOCK_TOKENS, shape.kvHeads(), dim, TensorType.BF16));
        float[] frequencies = new float[dim / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = (float) Math.pow(ROPE_BASE, -2.0 * i / dim);
        }
        rope = new Rope(frequencies, Rope.Pairing.HALVES);
    }

    private Layer layer() {
        int dim = shape.headDim();
        int group = shape.heads() / shape.kvHeads() * dim;
        return new Layer(
                new AttentionWeights(
                        matrix(shape.heads() * dim, shape.hidden(), Split.rows(group)),
                        matrix(shape.kvHeads() * dim, shape.hidden(), Split.rows(dim)),
                        matrix(shape.kvHeads() * dim, shape.hidden(), Split.rows(dim)),
                        null,
                        null,
                        null,
                        null,
                        null),
                matrix(shape.hidden(), shape.heads() * dim, Split.columns(group)),
                matrix(shape.feedForward(), shape.hidden(), Split.rows(1)),
                matrix(shape.feedForward(), shape.hidden(), Split.rows(1)),
                matrix(shape.hidden(), shape.feedForward(), Split.columns(1)));
    }

    private Weight matrix(int rows, int columns, Split split) {
        return backend.weight(weights.matrix(rows, columns), split);
    }

    private static HostTensor ones(int columns) {
        float[] values = new float[columns];
        Arrays.fill(values, 1);
        MemorySegment memory = Arena.ofAuto().allocate((long) columns * Float.BYTES, Float.BYTES);
        MemorySegment.copy(values, 0, memory, ValueLayout.JAVA_FLOAT, 0, columns);
        return new HostTensor("ones", TensorType.F32, 1, columns, memory);
    }

    /**
     * Runs a step that adds tokens to each of some sequences, and waits for its result.
     *
     * @param sequences how many
     * @param position tokens that each has already
     * @param tokens that are added to each
     * @return a token for each sequence
     */
    public SampledToken[] step(int sequences, int position, int tokens) {
        int rows = sequences * tokens;
        int[] ids = new int[rows];
        int[] positions = new int[rows];
        int[] starts = new int[sequences + 1];
        int[][] tables = new int[sequences][blocksPerSequence];
        int[] logitRows = new int[sequences];
        SamplingRow[] rules = new SamplingRow[sequences];
        for (int s = 0; s < sequences; s++) {
            for (int i = 0; i < tokens; i++) {
                ids[s * tokens + i] = (position + i + s) % EMBEDDINGS;
                positions[s * tokens + i] = position + i;
            }
            for (int b = 0; b < blocksPerSequence; b++) {
                tables[s][b] = s * blocksPerSequence + b;
            }
            starts[s + 1] = (s + 1) * tokens;
            logitRows[s] = starts[s + 1] - 1;
            rules[s] = SamplingRow.GREEDY;
        }
        backend.beginStep(new StepBatch(ids, positions, starts, tables, logitRows));
        try {
            backend.embed(embedding, hidden);
            for (int i = 0; i < shape.layers(); i++) {
                Layer layer = layers.get(i % layers.size());
                backend.queryKeyValue(hidden, norm, layer.attention(), q, k, v);
                backend.rotateAndStore(i, rope, layer.attention(), q, k, v, cache);
                backend.attend(i, (float) (1 / Math.sqrt(shape.headDim())), q, cache, attended);
                backend.projectAdd(attended, layer.output(), hidden);
                backend.gatedUp(hidden, norm, layer.gate(), layer.up(), inner);
                backend.projectAdd(inner, layer.down(), hidden);
            }
            return backend.sample(hidden, norm, head, rules).await();
        } finally {
            backend.endStep();
        }
    }

    /** Fills the cache of some sequences, whose tokens would otherwise attend to whatever lay there. */
    void fill(int sequences, int tokens) {
        int chunk = maxRows / sequences;
        for (int position = 0; position < tokens; position += chunk) {
            step(sequences, position, Math.min(chunk, tokens - position));
        }
    }

    /** The median time of some decode steps, in seconds; steps before them prepare what is prepared once. */
    double secondsPerStep(int sequences, int position, int steps) {
        for (int i = 0; i < 3; i++) {
            step(sequences, position, 1);
        }
        double[] seconds = new double[steps];
        for (int i = 0; i < steps; i++) {
            long begin = System.nanoTime();
            step(sequences, position, 1);
            seconds[i] = (System.nanoTime() - begin) * 1e-9;
        }
        Arrays.sort(seconds);
        return seconds[steps / 2];
    }
}
