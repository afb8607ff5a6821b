package io.intramuros.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a backend promises of lookups, norms, projections and the feed-forward layer. */
abstract class MatrixContract extends BackendFixture {
    private static final int[] BATCHES = {1, 2, 3, 4, 5, 7, 8, 13, 16, 33};

    /** Columns that fill whole blocks of the type; for plain types also ragged ones, and one beyond a cache block. */
    private static int[] columns(TensorType type) {
        return switch (type.blockValues()) {
            case 1 -> new int[] {1, 3, 17, 64, 130, 576, 2500};
            case 32 -> new int[] {32, 96, 576, 2080};
            default -> new int[] {256, 768, 2304};
        };
    }

    @ParameterizedTest
    @EnumSource
    void embeddingLooksUpRowsExactlyAsStored(TensorType type) {
        for (int columns : columns(type)) {
            PlainTensor table = PlainTensor.random(type, 11, columns, new Random(columns));
            int[] ids = {10, 0, 3, 3, 7};
            Activations out = backend().activations(8, columns);
            Weight placed = place(backend(), table);
            backend().beginStep(rows(ids));
            backend().embed(placed, out);
            double[][] expected =
                    Arrays.stream(ids).mapToObj(id -> table.values()[id]).toArray(double[][]::new);
            assertClose(expected, backend().read(out, ids.length), 1e-6, type + " " + columns);
            backend().endStep();
        }
    }

    @ParameterizedTest
    @EnumSource
    void projectionAddsToTheResidualForEveryTypeAndBatch(TensorType type) {
        for (int columns : columns(type)) {
            for (int batch : BATCHES) {
                int outputs = 5 + 13 * batch % 50;
                PlainTensor w = PlainTensor.random(type, outputs, columns, new Random(batch));
                float[][] x = gaussian(batch, columns, 1);
                float[][] residual = gaussian(batch, outputs, 2);
                Activations in = input(backend(), x);
                Activations sum = input(backend(), residual);
                Weight placed = place(backend(), w);
                backend().beginStep(rows(new int[batch]));
                backend().projectAdd(in, placed, sum);
                double[][] expected = PlainDecoder.linear(doubles(x), w.values(), null);
                for (int t = 0; t < batch; t++) {
                    for (int r = 0; r < outputs; r++) {
                        expected[t][r] += residual[t][r];
                    }
                }
                assertClose(expected, backend().read(sum, batch), TOLERANCE, type + " " + columns + " x " + batch);
                backend().endStep();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void queriesKeysAndValuesAreProjectedFromTheNormedRowWithBiases(TensorType type) {
        int columns = 2 * type.blockValues() + (type.blockValues() == 1 ? 39 : 0);
        for (int batch : new int[] {1, 6, 33}) {
            for (boolean biased : new boolean[] {false, true}) {
                RandomLayer.QueryKeyValue ran = RandomLayer.QueryKeyValue.run(
                        backend(), type, batch, columns, new int[] {24, 8, 8}, biased, biased, biased);
                for (int i = 0; i < 3; i++) {
                    assertClose(ran.expected()[i], ran.actual()[i], TOLERANCE, type + " projection " + i);
                }
                assertClose(doubles(ran.x()), ran.left(), 0, "the residual stream is left as it was");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void gatedFeedForwardMultipliesSiluOfGateWithUp(TensorType type) {
        int columns = 2 * type.blockValues() + (type.blockValues() == 1 ? 70 : 0);
        for (int batch : new int[] {1, 2, 9, 33}) {
            RandomLayer.Gated ran = RandomLayer.Gated.run(backend(), type, batch, columns, 51);
            double[][] expected = PlainDecoder.gated(ran.gates(), ran.ups());
            assertClose(expected, ran.actual(), TOLERANCE, type + " x " + batch);
        }
    }

    @Test
    void siluOfLargeNumbersNeitherOverflowsNorTurnsIntoNaN() {
        float[] gates = {-1e4f, -200, -104, -89, -20, -1e-30f, 0, 1e-30f, 20, 89, 104, 1e4f};
        float[][] gateWeights = new float[gates.length][1];
        float[][] upWeights = new float[gates.length][1];
        for (int i = 0; i < gates.length; i++) {
            gateWeights[i][0] = gates[i];
            upWeights[i][0] = 1;
        }
        Backend b = backend();
        Activations hidden = input(b, new float[][] {{1}});
        Activations out = b.activations(1, gates.length);
        RmsNorm norm = new RmsNorm(place(b, PlainTensor.of(new float[][] {{1}})), 0);
        Weight gate = place(b, PlainTensor.of(gateWeights));
        Weight up = place(b, PlainTensor.of(upWeights));
        b.beginStep(rows(0));
        b.gatedUp(hidden, norm, gate, up, out);
        double[][] expected =
                PlainDecoder.gated(doubles(new float[][] {gates}), new double[][] {new double[gates.length]});
        for (int i = 0; i < gates.length; i++) {
            expected[0][i] = gates[i] / (1 + Math.exp(-(double) gates[i]));
        }
        assertClose(expected, b.read(out, 1), 1e-6, "silu");
        b.endStep();
    }

    @ParameterizedTest
    @EnumSource
    void aRowComesOutTheSameToTheBitInAnyBatchAndWithAnyThreads(TensorType type) {
        int columns = columns(type)[columns(type).length - 1];
        int outputs = 45;
        PlainTensor w = PlainTensor.random(type, outputs, columns, new Random(5));
        float[][] x = gaussian(33, columns, 6);
        float[][] reference = new float[33][];
        for (int t = 0; t < 33; t++) {
            reference[t] = projected(backend(), w, new float[][] {x[t]})[0];
        }
        for (int threads = 1; threads <= mostThreads(); threads++) {
            try (Backend other = open(threads)) {
                for (int batch : BATCHES) {
                    float[][] together = projected(other, w, Arrays.copyOf(x, batch));
                    String what = type + ", " + batch + " rows, " + threads;
                    if (sameToTheBit(type, batch)) {
                        assertArrayEquals(Arrays.copyOf(reference, batch), together, what);
                    } else {
                        assertClose(doubles(Arrays.copyOf(reference, batch)), together, TOLERANCE, what);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aProjectionGivesTheSameToTheBitEachTime(TensorType type) {
        int columns = columns(type)[columns(type).length - 1];
        PlainTensor w = PlainTensor.random(type, 45, columns, new Random(7));
        float[][] x = gaussian(33, columns, 8);
        float[][] first = projected(backend(), w, x);
        for (int time = 2; time <= 3; time++) {
            assertArrayEquals(first, projected(backend(), w, x), type + ", time " + time);
        }
    }

    /** Whether a batch of so many rows is computed by the same kernel as a single row. */
    boolean sameToTheBit(TensorType type, int batch) {
        return true;
    }
}
