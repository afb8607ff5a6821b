package io.intramuros.kernels;

import static io.intramuros.kernels.BackendFixture.doubles;
import static io.intramuros.kernels.BackendFixture.gaussian;
import static io.intramuros.kernels.BackendFixture.input;
import static io.intramuros.kernels.BackendFixture.place;
import static io.intramuros.kernels.BackendFixture.rows;

import java.util.Random;

/** Parts of a layer with random weights, run by a backend beside the oracle. */
final class RandomLayer {
    private static final float EPSILON = 1e-5f;

    private RandomLayer() {}

    /**
     * Queries, keys and values of some rows.
     *
     * @param x the rows
     * @param normed the rows as the oracle norms them
     * @param weights of queries, keys and values
     * @param expected what the oracle makes of each of them
     * @param actual what the backend makes of each of them
     * @param left the rows as the backend leaves them
     */
    record QueryKeyValue(
            float[][] x,
            double[][] normed,
            PlainTensor[] weights,
            double[][][] expected,
            float[][][] actual,
            float[][] left) {
        /** @param biased which of the three have a bias */
        static QueryKeyValue run(Backend b, TensorType type, int batch, int columns, int[] outputs, boolean... biased) {
            Random random = new Random(batch);
            PlainTensor gain = PlainTensor.random(TensorType.BF16, 1, columns, random);
            PlainTensor[] w = new PlainTensor[3];
            PlainTensor[] bias = new PlainTensor[3];
            Activations[] out = new Activations[3];
            for (int i = 0; i < 3; i++) {
                w[i] = PlainTensor.random(type, outputs[i], columns, random);
                bias[i] = biased[i] ? PlainTensor.random(TensorType.F16, 1, outputs[i], random) : null;
                out[i] = b.activations(batch, outputs[i]);
            }
            float[][] x = gaussian(batch, columns, 3);
            Activations hidden = input(b, x);
            AttentionWeights weights = new AttentionWeights(
                    place(b, w[0]),
                    place(b, w[1]),
                    place(b, w[2]),
                    place(b, bias[0]),
                    place(b, bias[1]),
                    place(b, bias[2]),
                    null,
                    null);
            RmsNorm norm = new RmsNorm(place(b, gain), EPSILON);
            double[][] normed = PlainDecoder.norm(doubles(x), gain.values()[0], EPSILON);
            double[][][] expected = new double[3][][];
            float[][][] actual = new float[3][][];
            b.beginStep(rows(new int[batch]));
            b.queryKeyValue(hidden, norm, weights, out[0], out[1], out[2]);
            for (int i = 0; i < 3; i++) {
                expected[i] = PlainDecoder.linear(normed, w[i].values(), biased[i] ? bias[i].values()[0] : null);
                actual[i] = b.read(out[i], batch);
            }
            float[][] left = b.read(hidden, batch);
            b.endStep();
            return new QueryKeyValue(x, normed, w, expected, actual, left);
        }
    }

    /**
     * The gated half of the feed-forward layer.
     *
     * @param normed the rows as the oracle norms them
     * @param gate weights
     * @param up weights
     * @param actual what the backend makes of the rows
     */
    record Gated(double[][] normed, PlainTensor gate, PlainTensor up, float[][] actual) {
        static Gated run(Backend b, TensorType type, int batch, int columns, int outputs) {
            Random random = new Random(batch);
            PlainTensor gain = PlainTensor.random(TensorType.F32, 1, columns, random);
            PlainTensor gate = PlainTensor.random(type, outputs, columns, random);
            PlainTensor up = PlainTensor.random(type, outputs, columns, random);
            float[][] x = gaussian(batch, columns, 4);
            Activations hidden = input(b, x);
            Activations out = b.activations(batch, outputs);
            RmsNorm norm = new RmsNorm(place(b, gain), EPSILON);
            Weight placedGate = place(b, gate);
            Weight placedUp = place(b, up);
            b.beginStep(rows(new int[batch]));
            b.gatedUp(hidden, norm, placedGate, placedUp, out);
            float[][] actual = b.read(out, batch);
            b.endStep();
            return new Gated(PlainDecoder.norm(doubles(x), gain.values()[0], EPSILON), gate, up, actual);
        }

        double[][] gates() {
            return PlainDecoder.linear(normed, gate.values(), null);
        }

        double[][] ups() {
            return PlainDecoder.linear(normed, up.values(), null);
        }
    }
}
