package io.intramuros.kernels.cuda;

import io.intramuros.kernels.SampledToken;
import io.intramuros.kernels.SamplingRow;
import io.intramuros.kernels.cuda.driver.DeviceBuffer;
import io.intramuros.kernels.cuda.driver.GpuContext;
import io.intramuros.kernels.cuda.driver.GpuStream;
import io.intramuros.kernels.cuda.driver.LaunchShape;
import io.intramuros.kernels.cuda.driver.PinnedBuffer;
import java.lang.foreign.ValueLayout;

/**
 * Logits and the tokens taken from them, by {@code sampling.cu}, on the rank that samples: only tokens and
 * log-probabilities leave the GPU. More logit rows than there is room for are taken in turns.
 */
final class Sampling implements WorkspacePart {
    private static final int MOST_THREADS = 1024;
    private static final int LANES = 32;

    /** The most alternatives of a token that are reported. */
    static final int MOST_TOP = 64;

    private final int rows;
    private final int vocabulary;
    private final DeviceBuffer logits;
    private final DeviceBuffer results;
    private final PinnedBuffer host;
    private final int logprobsAt;
    private final int topIdsAt;
    private final int topLogprobsAt;

    /** @param rows logit rows that are sampled at once */
    Sampling(GpuContext context, int rows, int vocabulary) {
        this.rows = rows;
        this.vocabulary = vocabulary;
        logits = context.allocate(logitBytes(rows, vocabulary));
        logprobsAt = rows * Integer.BYTES;
        topIdsAt = logprobsAt + rows * Float.BYTES;
        topLogprobsAt = topIdsAt + rows * MOST_TOP * Integer.BYTES;
        results = context.allocate(resultBytes(rows));
        host = new PinnedBuffer(results.bytes());
    }

    /** What its buffers take of a GPU. */
    static long bytes(int rows, int vocabulary) {
        return DeviceBuffer.charged(logitBytes(rows, vocabulary), resultBytes(rows));
    }

    private static long logitBytes(int rows, int vocabulary) {
        return (long) rows * vocabulary * Float.BYTES;
    }

    /** Tokens and log-probabilities, drawn ones and alternatives. */
    private static long resultBytes(int rows) {
        return rows * (1L + MOST_TOP) * (Integer.BYTES + Float.BYTES);
    }

    @Override
    public boolean serves(Workspace need) {
        return need.logitRows() <= rows && need.vocabulary() == vocabulary;
    }

    @Override
    public void free() {
        logits.free();
        results.free();
        host.close();
    }

    /** Logit rows that are sampled at once. */
    int rows() {
        return rows;
    }

    /** Where the logit of a token in the first row is to be written; rows are a vocabulary apart. */
    long logits(int token) {
        return logits.address() + (long) token * Float.BYTES;
    }

    /** Copies another rank's share of the logits to where they belong here. */
    void pull(GpuStream stream, Sampling from, int begin, int end, int count) {
        for (int row = 0; row < count; row++) {
            long at = ((long) row * vocabulary + begin) * Float.BYTES;
            stream.copy(from.logits, at, logits, at, (long) (end - begin) * Float.BYTES);
        }
    }

    /** Takes tokens from {@code count} rows of logits, by the step's rules from {@code first} on. */
    void launch(Launcher launcher, StepTables step, int first, int count) {
        launcher.arguments()
                .address(logits.address())
                .number(vocabulary)
                .address(step.rules(first))
                .number(MOST_TOP)
                .address(results.address())
                .address(results.address() + logprobsAt)
                .address(results.address() + topIdsAt)
                .address(results.address() + topLogprobsAt);
        int threads = Math.min(MOST_THREADS, Math.ceilDiv(vocabulary, LANES) * LANES);
        launcher.launch(
                "sample_rows",
                LaunchShape.of(count, threads),
                () -> new Traffic(0, (long) count * vocabulary * Float.BYTES, 0, 0, 0));
    }

    /** Has the tokens copied to the host. */
    void copyOut(GpuStream stream, boolean withTop) {
        stream.copyOut(results, 0, host, 0, withTop ? results.bytes() : topIdsAt);
    }

    /** The tokens, once the copy is over. */
    void collect(SamplingRow[] rules, int first, int count, SampledToken[] into) {
        for (int i = 0; i < count; i++) {
            int top = Math.min(Math.min(rules[first + i].topLogprobs(), MOST_TOP), vocabulary);
            float logprob = host.memory().get(ValueLayout.JAVA_FLOAT, logprobsAt + (long) i * Float.BYTES);
            int[] topIds = new int[Float.isNaN(logprob) ? 0 : top];
            float[] topLogprobs = new float[topIds.length];
            for (int j = 0; j < topIds.length; j++) {
                long at = ((long) i * MOST_TOP + j) * Integer.BYTES;
                topIds[j] = host.memory().get(ValueLayout.JAVA_INT, topIdsAt + at);
                topLogprobs[j] = host.memory().get(ValueLayout.JAVA_FLOAT, topLogprobsAt + at);
            }
            int id = host.memory().get(ValueLayout.JAVA_INT, (long) i * Integer.BYTES);
            into[first + i] = new SampledToken(id, logprob, topIds, topLogprobs);
        }
    }
}
