package io.intramuros.kernels;

import io.intramuros.kernels.DecoderPlan.PlannedWeight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** A decoder of a few small random layers over a backend's operations, which can be announced to the backend. */
final class SmallDecoder {
    static final int LAYERS = 7;

    private static final int HIDDEN = 64;
    private static final int FEED_FORWARD = 96;
    private static final int HEADS = 4;
    private static final int KV_HEADS = 2;
    private static final int DIM = HIDDEN / HEADS;
    private static final int VOCABULARY = 96;
    private static final int BLOCK = 16;
    private static final int BLOCKS_EACH = 4;
    private static final int SEQUENCES = 3;
    private static final int MOST_ROWS = 48;
    private static final float EPSILON = 1e-5f;
    private static final Split BY_HEADS = Split.rows(HEADS / KV_HEADS * DIM);

    private final PlannedWeight embedding = whole(1, VOCABULARY, HIDDEN);
    private final PlannedWeight head = planned(2, VOCABULARY, HIDDEN, Split.rows(1));
    private final PlannedWeight norm = whole(3, 1, HIDDEN);
    private final List<List<PlannedWeight>> layers =
            IntStream.range(0, LAYERS).mapToObj(SmallDecoder::layer).toList();
    private final Backend backend;
    private final Placed placed;
    private final Activations[] activations;
    private final KvStore cache;
    private final Rope rope =
            new Rope(new float[] {1, 0.5f, 0.25f, 0.1f, 0.05f, 0.01f, 0.005f, 0.001f}, Rope.Pairing.HALVES);
    private final String account;

    private record Placed(Weight embedding, Weight head, RmsNorm norm, List<List<Weight>> layers) {}

    /** Announces the decoder, then places it. */
    SmallDecoder(Backend backend) {
        this.backend = backend;
        MemoryPlan memory = backend.plan(plan());
        account = memory.account();
        placed = new Placed(
                place(embedding),
                place(head),
                new RmsNorm(place(norm), EPSILON),
                layers.stream()
                        .map(layer -> layer.stream().map(this::place).toList())
                        .toList());
        cache = backend.kvStore(new KvLayout(LAYERS, memory.cacheBlocks(), BLOCK, KV_HEADS, DIM, TensorType.BF16));
        activations = columns().stream()
                .map(columns -> backend.activations(MOST_ROWS, columns))
                .toArray(Activations[]::new);
    }

    /** What is announced; the cache is as large as it has to be. */
    private DecoderPlan plan() {
        return new DecoderPlan(
                List.of(embedding, head, norm),
                layers,
                new KvLayout(LAYERS, 1, BLOCK, KV_HEADS, DIM, TensorType.BF16),
                SEQUENCES * BLOCKS_EACH,
                SEQUENCES * BLOCKS_EACH,
                MOST_ROWS,
                SEQUENCES,
                SEQUENCES * BLOCKS_EACH,
                columns(),
                HEADS,
                VOCABULARY);
    }

    private static List<Integer> columns() {
        return List.of(HIDDEN, HEADS * DIM, KV_HEADS * DIM, KV_HEADS * DIM, HEADS * DIM, FEED_FORWARD);
    }

    private static List<PlannedWeight> layer(int number) {
        int seed = 100 * (number + 1);
        return List.of(
                whole(seed, 1, HIDDEN),
                planned(seed + 1, HEADS * DIM, HIDDEN, BY_HEADS),
                planned(seed + 2, KV_HEADS * DIM, HIDDEN, Split.rows(DIM)),
                planned(seed + 3, KV_HEADS * DIM, HIDDEN, Split.rows(DIM)),
                planned(seed + 4, HIDDEN, HEADS * DIM, Split.columns(HEADS / KV_HEADS * DIM)),
                whole(seed + 5, 1, HIDDEN),
                planned(seed + 6, FEED_FORWARD, HIDDEN, Split.rows(8)),
                planned(seed + 7, FEED_FORWARD, HIDDEN, Split.rows(8)),
                planned(seed + 8, HIDDEN, FEED_FORWARD, Split.columns(8)));
    }

    private static PlannedWeight whole(int seed, int rows, int columns) {
        return planned(seed, rows, columns, Split.WHOLE);
    }

    private static PlannedWeight planned(int seed, int rows, int columns, Split split) {
        TensorType type = rows == 1 ? TensorType.F32 : TensorType.BF16;
        return new PlannedWeight(
                PlainTensor.random(type, rows, columns, new Random(seed)).host(), split);
    }

    private Weight place(PlannedWeight weight) {
        return backend.weight(weight.tensor(), weight.split());
    }

    /** What the backend said of its memory. */
    String account() {
        return account;
    }

    /** Reads a prompt of each sequence at once, then draws tokens; returns their log-probabilities behind them. */
    List<Float> answers(int sequences, int promptTokens, int count) {
        List<Float> answers = new ArrayList<>();
        int[][] ids = new int[sequences][promptTokens];
        for (int s = 0; s < sequences; s++) {
            int first = s;
            ids[s] = IntStream.range(0, promptTokens)
                    .map(i -> (7 * i + 31 * first) % VOCABULARY)
                    .toArray();
        }
        int position = 0;
        for (int step = 0; step < count; step++) {
            SampledToken[] drawn = step(ids, position);
            position += ids[0].length;
            for (int s = 0; s < sequences; s++) {
                answers.add((float) drawn[s].id());
                answers.add(drawn[s].logprob());
                ids[s] = new int[] {drawn[s].id()};
            }
        }
        return answers;
    }

    private SampledToken[] step(int[][] ids, int position) {
        int sequences = ids.length;
        int tokens = ids[0].length;
        int[] starts = IntStream.rangeClosed(0, sequences).map(s -> s * tokens).toArray();
        int[] positions = IntStream.range(0, sequences * tokens)
                .map(row -> position + row % tokens)
                .toArray();
        int[][] tables = IntStream.range(0, sequences)
                .mapToObj(s ->
                        IntStream.range(s * BLOCKS_EACH, (s + 1) * BLOCKS_EACH).toArray())
                .toArray(int[][]::new);
        int[] logitRows =
                IntStream.range(1, sequences + 1).map(s -> s * tokens - 1).toArray();
        SamplingRow[] greedy = new SamplingRow[sequences];
        Arrays.fill(greedy, SamplingRow.GREEDY);
        backend.beginStep(new StepBatch(
                Arrays.stream(ids).flatMapToInt(Arrays::stream).toArray(), positions, starts, tables, logitRows));
        try {
            backend.embed(placed.embedding(), activations[0]);
            for (int layer = 0; layer < LAYERS; layer++) {
                compute(layer, placed.layers().get(layer));
            }
            return backend.sample(activations[0], placed.norm(), placed.head(), greedy)
                    .await();
        } finally {
            backend.endStep();
        }
    }

    private void compute(int layer, List<Weight> w) {
        Activations hidden = activations[0];
        Activations q = activations[1];
        Activations k = activations[2];
        Activations v = activations[3];
        Activations attended = activations[4];
        Activations inner = activations[5];
        AttentionWeights attention = new AttentionWeights(w.get(1), w.get(2), w.get(3), null, null, null, null, null);
        backend.queryKeyValue(hidden, new RmsNorm(w.get(0), EPSILON), attention, q, k, v);
        backend.rotateAndStore(layer, rope, attention, q, k, v, cache);
        backend.attend(layer, 0.25f, q, cache, attended);
        backend.projectAdd(attended, w.get(4), hidden);
        backend.gatedUp(hidden, new RmsNorm(w.get(5), EPSILON), w.get(6), w.get(7), inner);
        backend.projectAdd(inner, w.get(8), hidden);
    }
}
