package io.intramuros.kernels;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.kernels.cuda.EmulatedBus;
import io.intramuros.kernels.cuda.EmulatedGpus;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the CUDA backend promises of layers that are divided among GPUs. */
final class CudaRanksTest extends BackendFixture {
    private static final float EPSILON = 1e-5f;
    private static final int LAYERS = 3;

    @Override
    Backend open(int ranks) {
        return EmulatedGpus.open(ranks);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 8})
    void feedForwardLayersAddUpThePartsOfAllGpusAndNormTheirSum(int ranks) {
        for (int columns : new int[] {64, 130, 1100}) {
            int inner = 96;
            Random random = new Random(columns);
            PlainTensor gain = PlainTensor.random(TensorType.F32, 1, columns, random);
            PlainTensor gate = PlainTensor.random(TensorType.BF16, inner, columns, random);
            PlainTensor up = PlainTensor.random(TensorType.BF16, inner, columns, random);
            PlainTensor down = PlainTensor.random(TensorType.BF16, columns, inner, random);
            float[][] x = gaussian(5, columns, 4);
            double[][] expected = doubles(x);
            try (Backend b = open(ranks)) {
                Activations hidden = input(b, x);
                Activations out = b.activations(x.length, inner);
                RmsNorm norm = new RmsNorm(place(b, gain), EPSILON);
                Weight placedGate = b.weight(gate.host(), Split.rows(8));
                Weight placedUp = b.weight(up.host(), Split.rows(8));
                Weight placedDown = b.weight(down.host(), Split.columns(8));
                b.beginStep(rows(new int[x.length]));
                for (int layer = 0; layer < LAYERS; layer++) {
                    b.gatedUp(hidden, norm, placedGate, placedUp, out);
                    b.projectAdd(out, placedDown, hidden);
                    expected = added(expected, gain, gate, up, down);
                }
                assertClose(expected, b.read(hidden, x.length), TOLERANCE, columns + " columns on " + ranks + " GPUs");
                b.endStep();
            }
        }
    }

    @Test
    @Tag("stand-in")
    void gpusThatChangeWhatTheySendEachOtherShareThroughTheHostAndTheLogSaysSo() {
        EmulatedBus.loseBytesBetweenGpus(true);
        try (LogLines log = new LogLines("io.intramuros.kernels.cuda.RankGroup")) {
            feedForwardLayersAddUpThePartsOfAllGpusAndNormTheirSum(2);

            String line = log.lines().getFirst();
            assertTrue(line.contains("don't receive what they send each other") && line.contains("IOMMU"), line);
        } finally {
            EmulatedBus.loseBytesBetweenGpus(false);
        }
    }

    private static double[][] added(
            double[][] x, PlainTensor gain, PlainTensor gate, PlainTensor up, PlainTensor down) {
        double[][] normed = PlainDecoder.norm(x, gain.values()[0], EPSILON);
        double[][] gated = PlainDecoder.gated(
                PlainDecoder.linear(normed, gate.values(), null), PlainDecoder.linear(normed, up.values(), null));
        double[][] sum = PlainDecoder.linear(gated, down.values(), null);
        for (int t = 0; t < sum.length; t++) {
            for (int i = 0; i < sum[t].length; i++) {
                sum[t][i] += x[t][i];
            }
        }
        return sum;
    }
}
