package io.intramuros.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a backend promises of logits, log-probabilities and draws. */
abstract class SamplingContract extends BackendFixture {
    private static final float EPSILON = 1e-5f;

    @Test
    void logprobsAreThoseOfTheRawLogitsForForcedDrawnAndGreedyTokens() {
        int columns = 96;
        int vocabulary = 1003;
        PlainTensor head = PlainTensor.random(TensorType.BF16, vocabulary, columns, new Random(1));
        PlainTensor gain = PlainTensor.random(TensorType.F32, 1, columns, new Random(2));
        float[][] hidden = gaussian(7, columns, 3);
        int[] logitRows = {0, 2, 6};
        SamplingRow[] rows = {
            SamplingRow.GREEDY, new SamplingRow(1.3f, 50, 0.9f, 11, 4, 77, 5), new SamplingRow(0.8f, 0, 1, 12, 9, -1, 3)
        };
        SampledToken[] sampled = sample(backend(), head, gain, hidden, logitRows, rows);
        double[][] normed = PlainDecoder.norm(doubles(hidden), gain.values()[0], EPSILON);
        double[][] logits = PlainDecoder.linear(normed, head.values(), null);
        for (int i = 0; i < logitRows.length; i++) {
            double[] logprobs = PlainDecoder.logSoftmax(logits[logitRows[i]]);
            assertEquals(logprobs[sampled[i].id()], sampled[i].logprob(), 1e-4);
            int[] best = IntStream.range(0, vocabulary)
                    .boxed()
                    .sorted((a, b) -> Double.compare(logprobs[b], logprobs[a]))
                    .limit(rows[i].topLogprobs())
                    .mapToInt(Integer::intValue)
                    .toArray();
            assertArrayEquals(best, sampled[i].topIds());
            for (int j = 0; j < best.length; j++) {
                assertEquals(logprobs[best[j]], sampled[i].topLogprobs()[j], 1e-4);
            }
        }
        double[] first = logits[0];
        int greedy = IntStream.range(0, vocabulary).reduce(0, (a, b) -> first[b] > first[a] ? b : a);
        assertEquals(greedy, sampled[0].id());
        assertEquals(77, sampled[1].id(), "a forced token is taken");
    }

    @Test
    void drawsFollowTheModelsProbabilitiesAtTheTemperature() {
        float[] logits = {0.5f, -1, 2, 0, 1.5f, -0.3f, 0.1f};
        int draws = draws(20_000);
        int[] counts = counts(logits, new SamplingRow(0.7f, 0, 1, 5, 0, -1, 0), draws);
        double total = 0;
        for (float logit : logits) {
            total += Math.exp(logit / 0.7);
        }
        for (int i = 0; i < logits.length; i++) {
            double p = Math.exp(logits[i] / 0.7) / total;
            assertEquals(p, counts[i] / (double) draws, 5 * Math.sqrt(p * (1 - p) / draws), "token " + i);
        }
    }

    @Test
    void topKKeepsTheBestAndTheirProportions() {
        float[] logits = {0.5f, -1, 2, 0, 1.5f, -0.3f, 0.1f};
        int draws = draws(10_000);
        int[] counts = counts(logits, new SamplingRow(1, 2, 1, 6, 0, -1, 0), draws);
        assertEquals(draws, counts[2] + counts[4]);
        double p = 1 / (1 + Math.exp(-0.5));
        assertEquals(p, counts[2] / (double) draws, 5 * Math.sqrt(p * (1 - p) / draws));
    }

    @Test
    void topPKeepsTheSmallestSetThatReachesIt() {
        float[] logits = new float[3000];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = -100;
        }
        logits[7] = (float) Math.log(0.5);
        logits[2500] = (float) Math.log(0.3);
        logits[11] = (float) Math.log(0.15);
        logits[12] = (float) Math.log(0.05);
        int draws = draws(5_000);
        int[] counts = counts(logits, new SamplingRow(1, 0, 0.75f, 7, 0, -1, 0), draws);
        assertEquals(draws, counts[7] + counts[2500]);
        assertEquals(3.0 / 8, counts[2500] / (double) draws, 5 * Math.sqrt(15.0 / 64 / draws));
        int[] one = counts(logits, new SamplingRow(1, 0, 0.4f, 8, 0, -1, 0), draws);
        assertEquals(draws, one[7], "the best is kept even if it alone exceeds the limit");
        int[] limitedTwice = counts(logits, new SamplingRow(1, 3, 0.8f, 9, 0, -1, 0), draws);
        assertEquals(draws, limitedTwice[7] + limitedTwice[2500], "topP counts among the topK, as 0.8/0.95 < 0.85");
    }

    @Test
    void equalLogitsGoToTheLowestId() {
        float[] logits = {1, 3, -2, 3, 3};
        SampledToken greedy = one(logits, new SamplingRow(0, 0, 1, 0, 0, -1, 4));
        assertEquals(1, greedy.id());
        assertArrayEquals(new int[] {1, 3, 4, 0}, greedy.topIds());
        assertEquals(1, one(logits, new SamplingRow(1, 1, 1, 0, 0, -1, 0)).id());
    }

    @Test
    void theSameSeedAndStepDrawTheSameInAnyBatch() {
        PlainTensor head = PlainTensor.random(TensorType.F32, 777, 64, new Random(1));
        PlainTensor gain = PlainTensor.random(TensorType.F32, 1, 64, new Random(2));
        float[][] hidden = gaussian(9, 64, 3);
        SamplingRow[] rows = new SamplingRow[9];
        int[] all = new int[9];
        for (int i = 0; i < 9; i++) {
            rows[i] = new SamplingRow(1.5f, i * 40, i % 2 == 0 ? 1 : 0.95f, 100 - i, i, -1, 0);
            all[i] = i;
        }
        SampledToken[] together = sample(backend(), head, gain, hidden, all, rows);
        try (Backend other = open(3)) {
            for (int i = 0; i < 9; i++) {
                SampledToken alone = sample(other, head, gain, hidden, new int[] {i}, new SamplingRow[] {rows[i]})[0];
                assertEquals(together[i].id(), alone.id());
                assertEquals(together[i].logprob(), alone.logprob());
            }
        }
    }

    @Test
    void logitsThatAreNotFiniteAreReportedAndDoNotHarmTheirNeighbours() {
        PlainTensor gain = PlainTensor.of(new float[][] {{4, 4}});
        for (float overflowing : new float[] {3e38f, -3e38f}) {
            float[][] head = new float[300][2];
            head[257][0] = overflowing;
            head[3][1] = 1;
            assertOnlyTheFirstIsFaulty(PlainTensor.of(head), gain, new float[][] {{1, 0}, {0, 1}});
        }
        float[][] head = new float[300][2];
        head[3][1] = 1;
        assertOnlyTheFirstIsFaulty(PlainTensor.of(head), gain, new float[][] {{Float.NaN, 0}, {0, 1}});
    }

    private void assertOnlyTheFirstIsFaulty(PlainTensor head, PlainTensor gain, float[][] hidden) {
        SamplingRow[] rows = {SamplingRow.GREEDY, SamplingRow.GREEDY};
        SampledToken[] sampled = sample(backend(), head, gain, hidden, new int[] {0, 1}, rows);
        assertTrue(Float.isNaN(sampled[0].logprob()));
        assertEquals(3, sampled[1].id());
    }

    private SampledToken one(float[] logits, SamplingRow row) {
        return ofLogits(logits, row)[0];
    }

    /** How many draws a backend takes where so many would be good: fewer, where each takes long. */
    int draws(int many) {
        return many;
    }

    private int[] counts(float[] logits, SamplingRow row, int draws) {
        int[] counts = new int[logits.length];
        for (int from = 0; from < draws; from += 500) {
            SamplingRow[] rows = new SamplingRow[Math.min(500, draws - from)];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = new SamplingRow(row.temperature(), row.topK(), row.topP(), row.seed(), from + i, -1, 0);
            }
            for (SampledToken token : ofLogits(logits, rows)) {
                counts[token.id()]++;
            }
        }
        return counts;
    }

    /** The same logits for every row: a head of one column, read by a hidden row of 1. */
    private SampledToken[] ofLogits(float[] logits, SamplingRow... rows) {
        float[][] head = new float[logits.length][1];
        for (int id = 0; id < head.length; id++) {
            head[id][0] = logits[id];
        }
        float[][] hidden = new float[rows.length][1];
        for (float[] row : hidden) {
            row[0] = 1e3f;
        }
        int[] all = IntStream.range(0, rows.length).toArray();
        return sample(backend(), PlainTensor.of(head), PlainTensor.of(new float[][] {{1}}), hidden, all, rows);
    }

    private static SampledToken[] sample(
            Backend b, PlainTensor head, PlainTensor gain, float[][] hidden, int[] logitRows, SamplingRow[] rows) {
        return begin(b, head, gain, hidden, logitRows, rows).await();
    }

    /** A step that does nothing but sample. */
    static PendingTokens begin(
            Backend b, PlainTensor head, PlainTensor gain, float[][] hidden, int[] logitRows, SamplingRow[] rows) {
        Activations activations = input(b, hidden);
        RmsNorm norm = new RmsNorm(place(b, gain), EPSILON);
        Weight placed = place(b, head);
        int[] positions = IntStream.range(0, hidden.length).toArray();
        b.beginStep(new StepBatch(
                new int[hidden.length], positions, new int[] {0, hidden.length}, new int[][] {{}}, logitRows));
        PendingTokens sampled = b.sample(activations, norm, placed, rows);
        b.endStep();
        return sampled;
    }
}
