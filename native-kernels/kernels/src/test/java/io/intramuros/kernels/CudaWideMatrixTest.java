package io.intramuros.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.kernels.cuda.CudaBackend;
import io.intramuros.kernels.cuda.EmulatedFaults;
import io.intramuros.kernels.cuda.EmulatedGpus;
import io.intramuros.kernels.cuda.EmulatedMemory;
import io.intramuros.kernels.cuda.measure.ByteAccount;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the CUDA backend promises of batches above 64 rows with BF16 weights, whether cuBLAS multiplies or our own tiles.
 * There an activation is rounded to BF16, by at most 2⁻⁸ of itself; the oracle does the same where it has the very number
 * that is rounded, and is otherwise followed within what such roundings can make of the sum: 2⁻⁸ · Σ|x·w|.
 */
final class CudaWideMatrixTest extends BackendFixture {
    private static final float EPSILON = 1e-5f;
    private static final double ROUNDING = 1.0 / 256;

    /** The first batch, ones that fill tiles and ones that don't. */
    private static final int[] BATCHES = {65, 100, 128, 200};

    /** The slope of silu is nowhere steeper. */
    private static final double STEEPEST_SILU = 1.1;

    /** What multiplies. */
    enum Products {
        CUBLAS,
        OWN_TILES
    }

    @Override
    Backend open(int threads) {
        return open(Products.CUBLAS);
    }

    private static Backend open(Products products) {
        return open(products, 1);
    }

    private static Backend open(Products products, int ranks) {
        return EmulatedGpus.open(ranks, true, products == Products.CUBLAS);
    }

    @Test
    void aBackendTellsWhetherItHasCublas() {
        for (Products products : Products.values()) {
            try (Backend b = open(products)) {
                String said = products == Products.CUBLAS ? ", with cuBLAS" : ", without cuBLAS";
                assertTrue(b.description().endsWith(said), b.description());
            }
        }
    }

    @Test
    @Tag("stand-in")
    void whenOneGpuCanNotHaveCublasNoneUsesItAndTheLogSaysWhichAndWhy() {
        float[][] x = gaussian(100, 130, 9);
        float[][] byOwnTiles;
        long taken;
        try (Backend b = open(Products.OWN_TILES, 2)) {
            taken = EmulatedMemory.usedBytes(0);
            byOwnTiles = fedForward(b, x, 96);
        }
        // The first memory that a rank takes is cuBLAS's.
        EmulatedFaults.ask("out-of-memory@allocation=1,device=1");
        try (LogLines log = new LogLines("io.intramuros.kernels.cuda.RankGroup");
                CudaBackend b = (CudaBackend) open(Products.CUBLAS, 2)) {
            assertEquals(taken, EmulatedMemory.usedBytes(0), "what cuBLAS had on the other GPU is given back");
            assertTrue(b.description().endsWith(", without cuBLAS"), b.description());
            ByteAccount account = new ByteAccount();
            b.listen(account);
            assertArrayEquals(byOwnTiles, fedForward(b, x, 96));
            assertFalse(
                    account.kernels().containsKey("cublas"),
                    () -> account.kernels().toString());
            assertEquals(1, log.lines().size());
            String why = log.lines().getFirst();
            assertTrue(why.contains("GPU 1") && why.contains("not enough free memory"), why);
        } finally {
            EmulatedFaults.none();
        }
    }

    @ParameterizedTest
    @EnumSource
    void projectionsAddToTheResidual(Products products) {
        try (Backend b = open(products)) {
            for (int columns : new int[] {130, 576}) {
                for (int batch : BATCHES) {
                    int outputs = 150 - columns % 64;
                    PlainTensor w = PlainTensor.random(TensorType.BF16, outputs, columns, new Random(batch));
                    float[][] x = gaussian(batch, columns, 1);
                    float[][] residual = gaussian(batch, outputs, 2);
                    Activations in = input(b, x);
                    Activations sum = input(b, residual);
                    Weight placed = place(b, w);
                    b.beginStep(rows(new int[batch]));
                    b.projectAdd(in, placed, sum);
                    double[][] expected = PlainDecoder.linear(rounded(x), w.values(), null);
                    for (int t = 0; t < batch; t++) {
                        for (int r = 0; r < outputs; r++) {
                            expected[t][r] += residual[t][r];
                        }
                    }
                    assertClose(expected, b.read(sum, batch), TOLERANCE, columns + " columns x " + batch);
                    b.endStep();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void queriesKeysAndValuesAreProjectedFromTheNormedRowWithBiases(Products products) {
        try (Backend b = open(products)) {
            for (int batch : BATCHES) {
                RandomLayer.QueryKeyValue ran = RandomLayer.QueryKeyValue.run(
                        b, TensorType.BF16, batch, 130, new int[] {96, 24, 24}, true, false, true);
                for (int i = 0; i < 3; i++) {
                    double[][] allowed = roundings(ran.normed(), ran.weights()[i].values());
                    assertWithin(ran.expected()[i], allowed, ran.actual()[i], "projection " + i + " x " + batch);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void gatedFeedForwardMultipliesSiluOfGateWithUp(Products products) {
        try (Backend b = open(products)) {
            for (int batch : BATCHES) {
                assertGated(b, batch, 130, 147);
            }
        }
    }

    @Test
    void aLayerWithMoreGatesThanThereIsRoomForIsComputedInParts() {
        assertGated(backend(), 65, 16, 4100);
    }

    private static void assertGated(Backend b, int batch, int columns, int outputs) {
        RandomLayer.Gated ran = RandomLayer.Gated.run(b, TensorType.BF16, batch, columns, outputs);
        double[][] gates = ran.gates();
        double[][] ups = ran.ups();
        double[][] ofGates = roundings(ran.normed(), ran.gate().values());
        double[][] allowed = roundings(ran.normed(), ran.up().values());
        for (int t = 0; t < batch; t++) {
            for (int i = 0; i < outputs; i++) {
                double inGate = STEEPEST_SILU * ofGates[t][i];
                double silu = gates[t][i] / (1 + Math.exp(-gates[t][i]));
                allowed[t][i] = inGate * Math.abs(ups[t][i]) + (Math.abs(silu) + inGate) * allowed[t][i];
            }
        }
        assertWithin(PlainDecoder.gated(gates, ups), allowed, ran.actual(), outputs + " outputs x " + batch);
    }

    @ParameterizedTest
    @EnumSource
    void aProjectionGivesTheSameToTheBitEachTime(Products products) {
        try (Backend b = open(products)) {
            PlainTensor w = PlainTensor.random(TensorType.BF16, 45, 576, new Random(7));
            float[][] x = gaussian(100, 576, 8);
            float[][] first = projected(b, w, x);
            assertArrayEquals(first, projected(b, w, x));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFeedForwardLayerDividedAmongGpusGivesWhatOneGpuGives(Products products) {
        float[][] x = gaussian(100, 130, 9);
        float[][] onOne;
        try (Backend b = open(products)) {
            onOne = fedForward(b, x, 96);
        }
        for (int ranks : new int[] {2, 3}) {
            try (Backend b = open(products, ranks)) {
                assertClose(doubles(onOne), fedForward(b, x, 96), TOLERANCE, "on " + ranks + " GPUs");
            }
        }
    }

    private static float[][] fedForward(Backend b, float[][] x, int inner) {
        int columns = x[0].length;
        Random random = new Random(inner);
        Activations hidden = input(b, x);
        Activations out = b.activations(x.length, inner);
        RmsNorm norm = new RmsNorm(place(b, PlainTensor.random(TensorType.F32, 1, columns, random)), EPSILON);
        Weight gate = b.weight(
                PlainTensor.random(TensorType.BF16, inner, columns, random).host(), Split.rows(8));
        Weight up = b.weight(
                PlainTensor.random(TensorType.BF16, inner, columns, random).host(), Split.rows(8));
        Weight down = b.weight(
                PlainTensor.random(TensorType.BF16, columns, inner, random).host(), Split.columns(8));
        b.beginStep(rows(new int[x.length]));
        b.gatedUp(hidden, norm, gate, up, out);
        b.projectAdd(out, down, hidden);
        float[][] result = b.read(hidden, x.length);
        b.endStep();
        return result;
    }

    /** To BF16, ties to even. */
    private static double[][] rounded(float[][] values) {
        double[][] out = doubles(values);
        for (int t = 0; t < out.length; t++) {
            for (int i = 0; i < out[t].length; i++) {
                int bits = Float.floatToRawIntBits(values[t][i]);
                int even = bits >>> 16 & 1;
                out[t][i] = Float.intBitsToFloat(bits + 0x7FFF + even & 0xFFFF0000);
            }
        }
        return out;
    }

    /** The most that rounding activations can change each sum by. */
    private static double[][] roundings(double[][] x, double[][] w) {
        double[][] out = new double[x.length][w.length];
        for (int t = 0; t < x.length; t++) {
            for (int r = 0; r < w.length; r++) {
                for (int c = 0; c < x[t].length; c++) {
                    out[t][r] += ROUNDING * Math.abs(x[t][c] * w[r][c]);
                }
            }
        }
        return out;
    }

    private static void assertWithin(double[][] expected, double[][] allowed, float[][] actual, String what) {
        for (int t = 0; t < expected.length; t++) {
            for (int i = 0; i < expected[t].length; i++) {
                double difference = Math.abs(expected[t][i] - actual[t][i]);
                double most = allowed[t][i] + TOLERANCE * Math.max(1, Math.abs(expected[t][i]));
                // Also false if a number isn't one.
                boolean within = difference <= most;
                assertTrue(within, () -> what + ": off by " + difference + ", allowed " + most);
            }
        }
    }
}
