package io.intramuros.kernels;

import java.lang.foreign.Arena;
import java.util.Locale;

/** A decoder of SmolLM2-135M's shape over a backend's operations. */
final class BenchmarkDecoder {
    private static final int HIDDEN = 576;
    private static final int FEED_FORWARD = 1536;
    private static final int LAYERS = 30;
    private static final int HEADS = 9;
    private static final int KV_HEADS = 3;
    private static final int DIM = 64;
    private static final int VOCABULARY = 49152;
    private static final int PROMPT = 512;
    private static final int BLOCK = 16;
    private static final int SEQUENCES = 8;
    private static final int BLOCKS_EACH = 2048 / BLOCK;

    private final Backend backend;
    private final int threads;
    private final TensorType type;
    private final Arena arena = Arena.ofAuto();
    private final Weight embedding;
    private final RmsNorm norm;
    private final AttentionWeights[] attention = new AttentionWeights[LAYERS];
    private final Weight[] output = new Weight[LAYERS];
    private final Weight[] gate = new Weight[LAYERS];
    private final Weight[] up = new Weight[LAYERS];
    private final Weight[] down = new Weight[LAYERS];
    private final Activations hidden;
    private final Activations q;
    private final Activations k;
    private final Activations v;
    private final Activations attended;
    private final Activations inner;
    private final KvStore cache;
    private final Rope rope;
    private long weightBytes;

    BenchmarkDecoder(Backend backend, int threads, TensorType type) {
        this.threads = threads;
        this.backend = backend;
        this.type = type;
        embedding = matrix(VOCABULARY, HIDDEN);
        norm = new RmsNorm(
                backend.weight(KernelBenchmark.random(TensorType.F32, 1, HIDDEN, arena), Split.WHOLE), 1e-5f);
        for (int i = 0; i < LAYERS; i++) {
            attention[i] = new AttentionWeights(
                    matrix(HEADS * DIM, HIDDEN),
                    matrix(KV_HEADS * DIM, HIDDEN),
                    matrix(KV_HEADS * DIM, HIDDEN),
                    null,
                    null,
                    null,
                    null,
                    null);
            output[i] = matrix(HIDDEN, HEADS * DIM);
            gate[i] = matrix(FEED_FORWARD, HIDDEN);
            up[i] = matrix(FEED_FORWARD, HIDDEN);
            down[i] = matrix(HIDDEN, FEED_FORWARD);
        }
        hidden = backend.activations(PROMPT, HIDDEN);
        q = backend.activations(PROMPT, HEADS * DIM);
        k = backend.activations(PROMPT, KV_HEADS * DIM);
        v = backend.activations(PROMPT, KV_HEADS * DIM);
        attended = backend.activations(PROMPT, HEADS * DIM);
        inner = backend.activations(PROMPT, FEED_FORWARD);
        cache = backend.kvStore(new KvLayout(LAYERS, SEQUENCES * BLOCKS_EACH, BLOCK, KV_HEADS, DIM, TensorType.BF16));
        float[] frequencies = new float[DIM / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = (float) Math.pow(100_000, -2.0 * i / DIM);
        }
        rope = new Rope(frequencies, Rope.Pairing.HALVES);
    }

    /** Rows of 576 are no whole blocks of 256; such files use Q8_0 there, and so does this. */
    private Weight matrix(int rows, int columns) {
        TensorType stored = columns % type.blockValues() == 0 ? type : TensorType.Q8_0;
        HostTensor tensor = KernelBenchmark.random(stored, rows, columns, arena);
        weightBytes += tensor.data().byteSize();
        return backend.weight(tensor, Split.WHOLE);
    }

    void report() {
        double prefill = 0;
        double single = 0;
        double eight = 0;
        double late = 0;
        for (int round = 0; round < KernelBenchmark.ROUNDS; round++) {
            prefill = Math.max(prefill, PROMPT / KernelBenchmark.seconds(threads, () -> step(1, 0, PROMPT)));
            single = Math.max(single, 32 / KernelBenchmark.seconds(threads, () -> steps(1, 0, 32)));
            eight = Math.max(eight, 16 * SEQUENCES / KernelBenchmark.seconds(threads, () -> steps(SEQUENCES, 0, 16)));
            late = Math.max(late, 16 / KernelBenchmark.seconds(threads, () -> steps(1, 2000, 16)));
        }
        System.out.printf(
                Locale.ROOT,
                "%-5s prompt of %d: %.0f tok/s, one sequence: %.1f tok/s (%.1f GB/s of weights), after 2000: %.1f,"
                        + " %d sequences: %.1f tok/s%n",
                type,
                PROMPT,
                prefill,
                single,
                single * weightBytes / 1e9,
                late,
                SEQUENCES,
                eight);
    }

    private void steps(int sequences, int position, int count) {
        for (int i = 0; i < count; i++) {
            step(sequences, position + i, 1);
        }
    }

    private void step(int sequences, int position, int tokens) {
        int rows = sequences * tokens;
        int[] ids = new int[rows];
        int[] positions = new int[rows];
        int[] starts = new int[sequences + 1];
        int[][] tables = new int[sequences][BLOCKS_EACH];
        int[] logitRows = new int[sequences];
        SamplingRow[] sampling = new SamplingRow[sequences];
        for (int s = 0; s < sequences; s++) {
            for (int i = 0; i < tokens; i++) {
                ids[s * tokens + i] = (position + i) * 31 % VOCABULARY;
                positions[s * tokens + i] = position + i;
            }
            for (int b = 0; b < BLOCKS_EACH; b++) {
                tables[s][b] = s * BLOCKS_EACH + b;
            }
            starts[s + 1] = (s + 1) * tokens;
            logitRows[s] = starts[s + 1] - 1;
            sampling[s] = SamplingRow.GREEDY;
        }
        backend.beginStep(new StepBatch(ids, positions, starts, tables, logitRows));
        backend.embed(embedding, hidden);
        for (int i = 0; i < LAYERS; i++) {
            backend.queryKeyValue(hidden, norm, attention[i], q, k, v);
            backend.rotateAndStore(i, rope, attention[i], q, k, v, cache);
            backend.attend(i, 0.125f, q, cache, attended);
            backend.projectAdd(attended, output[i], hidden);
            backend.gatedUp(hidden, norm, gate[i], up[i], inner);
            backend.projectAdd(inner, down[i], hidden);
        }
        backend.sample(hidden, norm, embedding, sampling).await();
        backend.endStep();
    }
}
