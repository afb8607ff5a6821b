package io.intramuros.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a backend promises of rotation, the cache and attention, over ragged batches. */
abstract class AttentionContract extends BackendFixture {
    private static final float EPSILON = 1e-6f;
    private static final int BLOCKS = 64;

    /** What rounding keys, values and weights of the softmax to BF16 may make of numbers of unit size. */
    private static final double BF16_TOLERANCE = 2e-2;

    /** One way to shape a layer's attention. */
    record Shape(
            int heads, int kvHeads, int dim, int blockTokens, TensorType cache, Rope.Pairing pairing, boolean norms) {}

    private static final List<Shape> SHAPES = List.of(
            new Shape(9, 3, 64, 16, TensorType.F32, Rope.Pairing.HALVES, false),
            new Shape(9, 3, 64, 16, TensorType.BF16, Rope.Pairing.NEIGHBOURS, false),
            new Shape(4, 4, 16, 16, TensorType.F32, Rope.Pairing.NEIGHBOURS, false),
            new Shape(8, 1, 128, 32, TensorType.BF16, Rope.Pairing.HALVES, true),
            new Shape(6, 2, 10, 7, TensorType.F32, Rope.Pairing.HALVES, true),
            new Shape(5, 5, 6, 1, TensorType.BF16, Rope.Pairing.NEIGHBOURS, false),
            new Shape(14, 2, 64, 24, TensorType.F32, Rope.Pairing.HALVES, false));

    /** Steps of three sequences: rows per sequence; a sequence with none sits a step out. */
    private static final int[][] STEPS = {{40, 1, 0}, {1, 17, 5}, {3, 0, 1}, {1, 1, 1}, {64, 1, 90}, {1, 2, 1}};

    @Test
    void everyTokenAttendsToItsOwnSequenceAcrossChunksAndScatteredBlocks() {
        for (Shape shape : SHAPES) {
            Layer layer = new Layer(backend(), shape, 4);
            Random order = new Random(7);
            int[][] tables = scatteredTables(3, order);
            int[] done = new int[3];
            for (int[] step : STEPS) {
                List<int[]> tokens = new ArrayList<>();
                for (int s = 0; s < step.length; s++) {
                    for (int i = 0; i < step[s]; i++) {
                        tokens.add(new int[] {s, done[s]++});
                    }
                }
                float[][] actual = layer.run(tokens, tables);
                double[][] expected = layer.expected(tokens);
                double tolerance = shape.cache() == TensorType.BF16 ? BF16_TOLERANCE : 1e-4;
                assertClose(expected, actual, tolerance, shape + " step " + Arrays.toString(step));
            }
        }
    }

    @Test
    void aTokenAttendsTheSameToTheBitAloneInChunksAndBatchedWithAnyThreads() {
        for (Shape shape : SHAPES) {
            assertSameToTheBit(shape, new int[] {70, 33, 5}, 1, 30, 2, 50);
        }
    }

    /** Runs three sequences token by token, then together in the given chunks with any threads. */
    final void assertSameToTheBit(Shape shape, int[] lengths, int... chunks) {
        float[][][] alone = new float[lengths.length][][];
        Layer reference = new Layer(backend(), shape, 8);
        int[][] tables = scatteredTables(lengths.length, new Random(9));
        for (int s = 0; s < lengths.length; s++) {
            alone[s] = new float[lengths[s]][];
            for (int p = 0; p < lengths[s]; p++) {
                alone[s][p] = reference.run(List.of(new int[] {s, p}), tables)[0];
            }
        }
        for (int threads = 1; threads <= mostThreads(); threads++) {
            try (Backend other = open(threads)) {
                Layer layer = new Layer(other, shape, 8);
                int[][] otherTables = scatteredTables(lengths.length, new Random(threads));
                int[] done = new int[lengths.length];
                for (int chunk : chunks) {
                    List<int[]> tokens = new ArrayList<>();
                    for (int s = 0; s < lengths.length; s++) {
                        for (int i = 0; i < chunk && done[s] < lengths[s]; i++) {
                            tokens.add(new int[] {s, done[s]++});
                        }
                    }
                    float[][] together = layer.run(tokens, otherTables);
                    for (int t = 0; t < tokens.size(); t++) {
                        int[] token = tokens.get(t);
                        String what = shape + " sequence " + token[0] + " position " + token[1] + ", " + threads;
                        if (sameToTheBit(shape)) {
                            assertArrayEquals(alone[token[0]][token[1]], together[t], what);
                        } else {
                            assertClose(
                                    doubles(new float[][] {alone[token[0]][token[1]]}),
                                    new float[][] {together[t]},
                                    BF16_TOLERANCE,
                                    what);
                        }
                    }
                }
            }
        }
    }

    /** Runs a sequence in one chunk but for its last token, then that one alone, and compares it with the oracle. */
    final void assertLastTokenAttendsToAll(Shape shape, int length) {
        Layer layer = new Layer(backend(), shape, 8);
        int[][] tables = scatteredTables(1, new Random(2));
        List<int[]> chunk = new ArrayList<>();
        for (int p = 0; p < length - 1; p++) {
            chunk.add(new int[] {0, p});
        }
        layer.run(chunk, tables);
        List<int[]> last = List.of(new int[] {0, length - 1});
        double tolerance = shape.cache() == TensorType.BF16 ? BF16_TOLERANCE : 1e-4;
        assertClose(layer.expected(last), layer.run(last, tables), tolerance, shape + ", token " + length);
    }

    /** Whether prompts are computed by the same kernel as single tokens. */
    boolean sameToTheBit(Shape shape) {
        return true;
    }

    @Test
    void scoresOfHundredsDoNotOverflow() {
        Shape shape = new Shape(2, 1, 32, 16, TensorType.F32, Rope.Pairing.HALVES, false);
        Layer layer = new Layer(backend(), shape, 4);
        layer.scale = 20;
        List<int[]> tokens = new ArrayList<>();
        for (int p = 0; p < 40; p++) {
            tokens.add(new int[] {0, p});
        }
        assertClose(layer.expected(tokens), layer.run(tokens, scatteredTables(3, new Random(1))), 2e-3, "large scores");
    }

    @Test
    void layersAndBlocksOfTheCacheAreSeparate() {
        Shape shape = SHAPES.getFirst();
        Layer layer = new Layer(backend(), shape, 4);
        int[][] tables = scatteredTables(3, new Random(3));
        List<int[]> tokens = List.of(new int[] {0, 0}, new int[] {0, 1}, new int[] {1, 0});
        layer.layer = 0;
        float[][] first = layer.run(tokens, tables);
        layer.layer = 1;
        layer.seed++;
        float[][] second = layer.run(tokens, tables);
        layer.layer = 0;
        layer.seed--;
        float[][] again = layer.run(List.of(new int[] {0, 1}), tables);
        assertArrayEquals(first[1], again[0], "layer 0 is untouched by layer 1");
        assertClose(layer(layer, 1, tokens), second, 1e-4, "layer 1");
    }

    private static double[][] layer(Layer layer, int seedOffset, List<int[]> tokens) {
        layer.seed += seedOffset;
        double[][] expected = layer.expected(tokens);
        layer.seed -= seedOffset;
        return expected;
    }

    /** Tables over disjoint blocks in random order. */
    private static int[][] scatteredTables(int sequences, Random random) {
        List<Integer> free = new ArrayList<>();
        for (int i = 0; i < BLOCKS * 8; i++) {
            free.add(i);
        }
        Collections.shuffle(free, random);
        int[][] tables = new int[sequences][free.size() / sequences];
        for (int s = 0; s < sequences; s++) {
            for (int i = 0; i < tables[s].length; i++) {
                tables[s][i] = free.removeLast();
            }
        }
        return tables;
    }

    /** One layer's attention on a backend and by the oracle; query, key and value are functions of token and seed. */
    private static final class Layer {
        private final Backend backend;
        private final Shape shape;
        private final KvStore store;
        private final Rope rope;
        private final PlainTensor queryNorm;
        private final PlainTensor keyNorm;
        private int layer;
        private long seed;
        private float scale;

        Layer(Backend backend, Shape shape, long seed) {
            this.backend = backend;
            this.shape = shape;
            this.seed = seed;
            scale = (float) (1 / Math.sqrt(shape.dim()));
            store = backend.kvStore(
                    new KvLayout(2, BLOCKS * 8, shape.blockTokens(), shape.kvHeads(), shape.dim(), shape.cache()));
            float[] frequencies = new float[shape.dim() / 2];
            for (int i = 0; i < frequencies.length; i++) {
                frequencies[i] = (float) Math.pow(10000, -2.0 * i / shape.dim());
            }
            rope = new Rope(frequencies, shape.pairing());
            Random random = new Random(seed);
            queryNorm = shape.norms() ? PlainTensor.random(TensorType.F32, 1, shape.dim(), random) : null;
            keyNorm = shape.norms() ? PlainTensor.random(TensorType.F32, 1, shape.dim(), random) : null;
        }

        private float[] row(int[] token, int kind, int columns) {
            return gaussian(1, columns, seed * 1_000_003 + kind * 100_003L + token[0] * 10_007L + token[1])[0];
        }

        private float[][] matrix(List<int[]> tokens, int kind, int columns) {
            return tokens.stream().map(token -> row(token, kind, columns)).toArray(float[][]::new);
        }

        private RmsNorm norm(PlainTensor gain) {
            return gain == null ? null : new RmsNorm(place(backend, gain), EPSILON);
        }

        /** Tokens as (sequence, position), those of a sequence together and ascending. */
        float[][] run(List<int[]> tokens, int[][] tables) {
            int kvColumns = shape.kvHeads() * shape.dim();
            Activations q = input(backend, matrix(tokens, 0, shape.heads() * shape.dim()));
            Activations k = input(backend, matrix(tokens, 1, kvColumns));
            Activations v = input(backend, matrix(tokens, 2, kvColumns));
            Activations out = backend.activations(tokens.size(), q.columns());
            AttentionWeights weights =
                    new AttentionWeights(null, null, null, null, null, null, norm(queryNorm), norm(keyNorm));
            backend.beginStep(batch(tokens, tables));
            backend.rotateAndStore(layer, rope, weights, q, k, v, store);
            backend.attend(layer, scale, q, store, out);
            float[][] result = backend.read(out, tokens.size());
            backend.endStep();
            return result;
        }

        private StepBatch batch(List<int[]> tokens, int[][] tables) {
            List<Integer> starts = new ArrayList<>();
            List<int[]> used = new ArrayList<>();
            for (int t = 0; t < tokens.size(); t++) {
                if (t == 0 || tokens.get(t)[0] != tokens.get(t - 1)[0]) {
                    starts.add(t);
                    used.add(tables[tokens.get(t)[0]]);
                }
            }
            starts.add(tokens.size());
            return new StepBatch(
                    new int[tokens.size()],
                    tokens.stream().mapToInt(token -> token[1]).toArray(),
                    starts.stream().mapToInt(Integer::intValue).toArray(),
                    used.toArray(int[][]::new),
                    new int[0]);
        }

        double[][] expected(List<int[]> tokens) {
            double[][] out = new double[tokens.size()][];
            for (int t = 0; t < out.length; t++) {
                int[] token = tokens.get(t);
                List<int[]> context = new ArrayList<>();
                for (int p = 0; p <= token[1]; p++) {
                    context.add(new int[] {token[0], p});
                }
                int kvColumns = shape.kvHeads() * shape.dim();
                double[][] keys = rotated(matrix(context, 1, kvColumns), context, keyNorm);
                double[][] q =
                        rotated(matrix(List.of(token), 0, shape.heads() * shape.dim()), List.of(token), queryNorm);
                double[][] values = doubles(matrix(context, 2, kvColumns));
                out[t] = PlainDecoder.attend(q[0], keys, values, context.size(), shape.dim(), scale);
            }
            return out;
        }

        private double[][] rotated(float[][] x, List<int[]> tokens, PlainTensor gain) {
            int[] positions = tokens.stream().mapToInt(token -> token[1]).toArray();
            double[] gains = gain == null ? null : gain.values()[0];
            return PlainDecoder.rotate(doubles(x), positions, shape.dim(), rope, gains, EPSILON);
        }
    }
}
