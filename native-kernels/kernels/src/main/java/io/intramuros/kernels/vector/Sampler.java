package io.intramuros.kernels.vector;

import io.intramuros.kernels.Draw;
import io.intramuros.kernels.SampledToken;
import io.intramuros.kernels.SamplingRow;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Takes a token from a row of logits. Two passes over the row for the greatest logit and the sum of exponentials, a third
 * for a draw; only the candidates of {@code topK}, {@code topP} and the reported tokens are ever sorted. Each thread has
 * its own, for the scratch.
 *
 * <p>The draw walks the kept tokens by rising id and takes the first at which the weights, {@code e^((logit - max) /
 * temperature)}, sum up to more than {@link Draw#uniform} of their total.
 */
final class Sampler {
    private static final int[] NO_IDS = {};
    private static final float[] NO_LOGPROBS = {};

    /** Floats summed in single precision before the sum goes on in double. */
    private static final int SUM_BLOCK = 1024;

    /** How far below the best, in units of the temperature, candidates are gathered before going further down. */
    private static final float FIRST_DEPTH = 4;

    private float[] weights = new float[0];
    private long[] ranked = new long[0];
    private final float[] lastLogits = new float[Lanes.WIDTH];

    SampledToken sample(float[] logits, int at, int vocabulary, SamplingRow row) {
        float max = max(logits, at, vocabulary);
        if (!Float.isFinite(max)) {
            return new SampledToken(Math.max(row.forcedToken(), 0), Float.NaN, NO_IDS, NO_LOGPROBS);
        }
        float logSum = max + (float) Math.log(weigh(logits, at, vocabulary, max, 1));
        int id = choose(logits, at, vocabulary, max, row);
        if (row.topLogprobs() <= 0) {
            return new SampledToken(id, logits[at + id] - logSum, NO_IDS, NO_LOGPROBS);
        }
        int count = Math.min(row.topLogprobs(), vocabulary);
        rank(logits, at, vocabulary, max, 1, count, 0);
        int[] topIds = new int[count];
        float[] topLogprobs = new float[count];
        for (int i = 0; i < count; i++) {
            topIds[i] = (int) ranked[i];
            topLogprobs[i] = logits[at + topIds[i]] - logSum;
        }
        return new SampledToken(id, logits[at + id] - logSum, topIds, topLogprobs);
    }

    private int choose(float[] logits, int at, int vocabulary, float max, SamplingRow row) {
        if (row.forcedToken() >= 0) {
            return row.forcedToken();
        }
        if (row.temperature() == 0) {
            return first(logits, at, vocabulary, max);
        }
        double total = weigh(logits, at, vocabulary, max, row.temperature());
        float uniform = Draw.uniform(row.seed(), row.step());
        boolean all = (row.topK() <= 0 || row.topK() >= vocabulary) && row.topP() >= 1;
        return all ? drawFromAll(vocabulary, uniform * total) : drawFromBest(logits, at, vocabulary, max, row, total);
    }

    private int drawFromAll(int vocabulary, double target) {
        double sum = 0;
        int last = 0;
        for (int id = 0; id < vocabulary; id++) {
            if (weights[id] > 0) {
                sum += weights[id];
                last = id;
                if (sum > target) {
                    return id;
                }
            }
        }
        return last;
    }

    private int drawFromBest(float[] logits, int at, int vocabulary, float max, SamplingRow row, double total) {
        int limit = row.topK() > 0 ? Math.min(row.topK(), vocabulary) : vocabulary;
        int known = row.topK() > 0
                ? rank(logits, at, vocabulary, max, row.temperature(), limit, 0)
                : rank(logits, at, vocabulary, max, row.temperature(), 1, row.topP() * total);
        limit = Math.min(limit, known);
        double mass = total;
        if (row.topK() > 0) {
            mass = 0;
            for (int i = 0; i < limit; i++) {
                mass += weights[(int) ranked[i]];
            }
        }
        double reach = row.topP() * mass;
        double kept = 0;
        int count = 0;
        while (count < limit && (count == 0 || kept < reach)) {
            kept += weights[(int) ranked[count++]];
        }
        for (int i = 0; i < count; i++) {
            ranked[i] &= 0xFFFFFFFFL;
        }
        Arrays.sort(ranked, 0, count);
        double target = Draw.uniform(row.seed(), row.step()) * kept;
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += weights[(int) ranked[i]];
            if (sum > target) {
                return (int) ranked[i];
            }
        }
        return (int) ranked[count - 1];
    }

    /**
     * Puts the best tokens at the beginning of {@link #ranked}, by falling logit and then rising id: at least
     * {@code count} of them and at least so many that their weights reach {@code mass}. The id is the lower half of each
     * element.
     *
     * @return how many are there
     */
    private int rank(float[] logits, int at, int vocabulary, float max, float temperature, int count, double mass) {
        if (ranked.length < vocabulary) {
            ranked = new long[vocabulary];
        }
        float depth = FIRST_DEPTH;
        while (true) {
            float least = max - depth * temperature;
            int found = 0;
            double sum = 0;
            for (int id = 0; id < vocabulary; id++) {
                float logit = logits[at + id];
                if (logit >= least) {
                    ranked[found++] = (long) ~rising(logit) << 32 | id;
                    sum += weights[id];
                }
            }
            if (found == vocabulary || (found >= count && sum >= mass)) {
                Arrays.sort(ranked, 0, found);
                return found;
            }
            depth *= 2;
        }
    }

    /** An int that is ordered as the float is; both zeros are equal. */
    private static int rising(float value) {
        int bits = Float.floatToRawIntBits(value + 0f);
        return bits ^ ((bits >> 31) & 0x7FFFFFFF);
    }

    /** The greatest logit, or NaN if any logit is not finite. */
    private static float max(float[] logits, int at, int n) {
        FloatVector top = FloatVector.broadcast(Lanes.FLOATS, Float.NEGATIVE_INFINITY);
        FloatVector fault = FloatVector.zero(Lanes.FLOATS);
        int whole = n & -Lanes.WIDTH;
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            FloatVector v = FloatVector.fromArray(Lanes.FLOATS, logits, at + i);
            top = top.max(v);
            fault = fault.add(v.sub(v));
        }
        float max = top.reduceLanes(VectorOperators.MAX);
        float faults = Lanes.sum(fault);
        for (int i = whole; i < n; i++) {
            float v = logits[at + i];
            max = Math.max(max, v);
            faults += Float.isFinite(v) ? 0 : Float.NaN;
        }
        return max + faults;
    }

    /** The first id with this logit. */
    private static int first(float[] logits, int at, int n, float logit) {
        int whole = n & -Lanes.WIDTH;
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            VectorMask<Float> equal =
                    FloatVector.fromArray(Lanes.FLOATS, logits, at + i).compare(VectorOperators.EQ, logit);
            if (equal.anyTrue()) {
                return i + equal.firstTrue();
            }
        }
        for (int i = whole; i < n; i++) {
            if (logits[at + i] == logit) {
                return i;
            }
        }
        throw new IllegalStateException("no logit is " + logit);
    }

    /** {@code weights[id] = e^((logit - max) / temperature)}; returns their sum. */
    private double weigh(float[] logits, int at, int n, float max, float temperature) {
        int padded = Lanes.roundUp(n, Lanes.WIDTH);
        if (weights.length < padded) {
            weights = new float[padded];
        }
        double total = 0;
        int whole = n & -Lanes.WIDTH;
        for (int from = 0; from < whole; from += SUM_BLOCK) {
            int length = Math.min(SUM_BLOCK, whole - from);
            total += OutOfLine.weigh(logits, at + from, weights, from, length, max, temperature);
        }
        if (whole < n) {
            Arrays.fill(lastLogits, Float.NEGATIVE_INFINITY);
            System.arraycopy(logits, at + whole, lastLogits, 0, n - whole);
            total += OutOfLine.weigh(lastLogits, 0, weights, whole, Lanes.WIDTH, max, temperature);
        }
        return total;
    }

    /** The same for whole vectors from {@code at} on, to {@code weights[to, to + n)}. */
    static float weigh(float[] logits, int at, float[] weights, int to, int n, float max, float temperature) {
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < n; i += Lanes.WIDTH) {
            FloatVector power =
                    FloatVector.fromArray(Lanes.FLOATS, logits, at + i).sub(max).div(temperature);
            FloatVector weight = Exponential.of(power).blend(0f, power.compare(VectorOperators.LT, Exponential.LOWEST));
            weight.intoArray(weights, to + i);
            sum = sum.add(weight);
        }
        return Lanes.sum(sum);
    }
}
