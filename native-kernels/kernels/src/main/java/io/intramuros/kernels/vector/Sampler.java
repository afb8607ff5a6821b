package io.intramuros.kernels.vector;

import io.intramuros.kernels.Draw;
import io.intramuros.kernels.SampledToken;
import io.intramuros.kernels.SamplingRow;
import java.util.Arrays;

/** Takes a token from a row of logits. */
final class Sampler {
    private Sampler() {}

    static SampledToken sample(float[] logits, int at, int vocabulary, SamplingRow row) {
        int best = 0;
        boolean finite = true;
        for (int i = 0; i < vocabulary; i++) {
            finite &= Float.isFinite(logits[at + i]);
            if (logits[at + i] > logits[at + best]) {
                best = i;
            }
        }
        float max = logits[at + best];
        if (!finite) {
            return new SampledToken(Math.max(row.forcedToken(), 0), Float.NaN, new int[0], new float[0]);
        }
        double sum = 0;
        for (int i = 0; i < vocabulary; i++) {
            sum += Math.exp(logits[at + i] - max);
        }
        float logSum = max + (float) Math.log(sum);
        int id = row.forcedToken() >= 0
                ? row.forcedToken()
                : row.temperature() == 0 ? best : draw(logits, at, vocabulary, row, max);
        int[] topIds = new int[0];
        float[] topLogprobs = new float[0];
        if (row.topLogprobs() > 0) {
            long[] order = order(logits, at, vocabulary);
            topIds = new int[Math.min(row.topLogprobs(), vocabulary)];
            topLogprobs = new float[topIds.length];
            for (int i = 0; i < topIds.length; i++) {
                topIds[i] = (int) order[i];
                topLogprobs[i] = logits[at + topIds[i]] - logSum;
            }
        }
        return new SampledToken(id, logits[at + id] - logSum, topIds, topLogprobs);
    }

    /** Ids by falling logit, equal ones by rising id: the id is the lower half of each element. */
    private static long[] order(float[] logits, int at, int vocabulary) {
        long[] order = new long[vocabulary];
        for (int i = 0; i < vocabulary; i++) {
            int bits = Float.floatToIntBits(logits[at + i] + 0f);
            int rising = bits ^ ((bits >> 31) & 0x7FFFFFFF);
            order[i] = ((long) ~rising << 32) | i;
        }
        Arrays.sort(order);
        return order;
    }

    private static int draw(float[] logits, int at, int vocabulary, SamplingRow row, float max) {
        long[] order = order(logits, at, vocabulary);
        int kept = row.topK() > 0 ? Math.min(row.topK(), vocabulary) : vocabulary;
        double[] weights = new double[kept];
        double total = 0;
        for (int i = 0; i < kept; i++) {
            weights[i] = Math.exp((logits[at + (int) order[i]] - max) / row.temperature());
            total += weights[i];
        }
        double reach = row.topP() * total;
        double mass = 0;
        int count = 0;
        while (count < kept && (count == 0 || mass < reach)) {
            mass += weights[count++];
        }
        double target = Draw.uniform(row.seed(), row.step()) * mass;
        for (int i = 0; i < count; i++) {
            target -= weights[i];
            if (target < 0) {
                return (int) order[i];
            }
        }
        return (int) order[count - 1];
    }
}
