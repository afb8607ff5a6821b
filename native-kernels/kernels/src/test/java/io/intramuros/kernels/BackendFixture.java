package io.intramuros.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;

/** What the tests of every backend share: opening it, bringing values in, comparing values with the oracle. */
abstract class BackendFixture {
    /** FP32 sums of a few thousand terms of unit size, and BF16 caches apart, stay well within this. */
    static final double TOLERANCE = 3e-5;

    private Backend backend;

    /** Opens the backend under test. */
    abstract Backend open(int threads);

    /** Up to how many threads are tried where their number must not matter: one, where the backend doesn't compute with them. */
    int mostThreads() {
        return 3;
    }

    /** The backend of this test, with two threads. */
    final Backend backend() {
        if (backend == null) {
            backend = open(2);
        }
        return backend;
    }

    @AfterEach
    final void closeBackend() {
        if (backend != null) {
            backend.close();
        }
    }

    static float[][] gaussian(int rows, int columns, long seed) {
        Random random = new Random(seed);
        float[][] values = new float[rows][columns];
        for (float[] row : values) {
            for (int i = 0; i < columns; i++) {
                row[i] = (float) random.nextGaussian();
            }
        }
        return values;
    }

    static double[][] doubles(float[][] values) {
        double[][] out = new double[values.length][];
        for (int t = 0; t < values.length; t++) {
            out[t] = new double[values[t].length];
            for (int i = 0; i < out[t].length; i++) {
                out[t][i] = values[t][i];
            }
        }
        return out;
    }

    /** Brings values in the one way there is: as an embedding table, looked up row by row. */
    static Activations input(Backend backend, float[][] values) {
        Activations out = backend.activations(values.length, values[0].length);
        Weight table = backend.weight(PlainTensor.of(values).host(), Split.WHOLE);
        int[] ids = IntStream.range(0, values.length).toArray();
        backend.beginStep(rows(ids));
        backend.embed(table, out);
        backend.endStep();
        return out;
    }

    static Weight place(Backend backend, PlainTensor tensor) {
        return tensor == null ? null : backend.weight(tensor.host(), Split.WHOLE);
    }

    /** A step of one sequence that touches no cache and wants no logits. */
    static StepBatch rows(int... tokenIds) {
        int[] positions = IntStream.range(0, tokenIds.length).toArray();
        return new StepBatch(tokenIds, positions, new int[] {0, tokenIds.length}, new int[][] {{}}, new int[0]);
    }

    /** What a weight makes of rows. */
    static float[][] projected(Backend b, PlainTensor w, float[][] x) {
        Activations in = input(b, x);
        Activations out = input(b, new float[x.length][w.host().rows()]);
        Weight placed = place(b, w);
        b.beginStep(rows(new int[x.length]));
        b.projectAdd(in, placed, out);
        float[][] result = b.read(out, x.length);
        b.endStep();
        return result;
    }

    static void assertClose(double[][] expected, float[][] actual, double tolerance, String what) {
        assertEquals(expected.length, actual.length, what);
        for (int t = 0; t < expected.length; t++) {
            for (int i = 0; i < expected[t].length; i++) {
                double allowed = tolerance * Math.max(1, Math.abs(expected[t][i]));
                assertEquals(expected[t][i], actual[t][i], allowed, what + ", row " + t + ", column " + i);
            }
        }
    }
}
