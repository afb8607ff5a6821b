package io.intramuros.engine.decoder;

import io.intramuros.engine.model.ModelConfig;
import io.intramuros.kernels.Activations;
import io.intramuros.kernels.Backend;
import io.intramuros.kernels.KvStore;
import io.intramuros.kernels.PendingTokens;
import io.intramuros.kernels.Rope;
import io.intramuros.kernels.SamplingRow;
import io.intramuros.kernels.StepBatch;
import java.util.Iterator;
import java.util.List;

/**
 * The decoder: from the tokens of a step to the next token of each sequence that has caught up. Every family runs
 * through these lines; what differs is in the weights and the configuration.
 */
public final class Transformer {
    private final Backend backend;
    private final DecoderWeights weights;
    private final Rope rope;
    private final float attentionScale;
    private final KvStore cache;
    private final int maxRows;
    private final Activations hidden;
    private final Activations queries;
    private final Activations keys;
    private final Activations values;
    private final Activations attended;
    private final Activations gated;

    /** @param maxRows the most tokens in a step */
    Transformer(ModelConfig config, DecoderWeights weights, Backend backend, KvStore cache, int maxRows) {
        this.backend = backend;
        this.weights = weights;
        this.cache = cache;
        this.maxRows = maxRows;
        rope = config.rope();
        attentionScale = (float) (1 / Math.sqrt(config.headDim()));
        Iterator<Integer> columns = activationColumns(config).iterator();
        hidden = backend.activations(maxRows, columns.next());
        queries = backend.activations(maxRows, columns.next());
        keys = backend.activations(maxRows, columns.next());
        values = backend.activations(maxRows, columns.next());
        attended = backend.activations(maxRows, columns.next());
        gated = backend.activations(maxRows, columns.next());
    }

    /** Widths of all activations that a decoder of this shape allocates. */
    static List<Integer> activationColumns(ModelConfig config) {
        int queries = config.queryHeads() * config.headDim();
        int keyValues = config.kvHeads() * config.headDim();
        return List.of(config.hiddenSize(), queries, keyValues, keyValues, queries, config.feedForwardSize());
    }

    /** The most tokens in a step. */
    public int maxRows() {
        return maxRows;
    }

    /** Whether a step is still computed when {@link #step} has returned, until its tokens are awaited. */
    public boolean asynchronous() {
        return backend.asynchronous();
    }

    /**
     * Begins a step: keys and values of its tokens go to the cache, and each logit row gives a token.
     *
     * @param batch the step, of at most {@link #maxRows()} tokens
     * @param sampling one per logit row
     * @return one token per logit row, to be awaited before the next step
     */
    public PendingTokens step(StepBatch batch, SamplingRow[] sampling) {
        backend.beginStep(batch);
        try {
            backend.embed(weights.embedding(), hidden);
            for (int layer = 0; layer < weights.layers().size(); layer++) {
                attention(layer, weights.layers().get(layer));
                feedForward(weights.layers().get(layer));
            }
            return backend.sample(hidden, weights.finalNorm(), weights.head(), sampling);
        } finally {
            backend.endStep();
        }
    }

    private void attention(int layer, DecoderWeights.Layer w) {
        backend.queryKeyValue(hidden, w.attentionNorm(), w.attention(), queries, keys, values);
        backend.rotateAndStore(layer, rope, w.attention(), queries, keys, values, cache);
        backend.attend(layer, attentionScale, queries, cache, attended);
        backend.projectAdd(attended, w.attentionOutput(), hidden);
    }

    private void feedForward(DecoderWeights.Layer w) {
        backend.gatedUp(hidden, w.feedForwardNorm(), w.gate(), w.up(), gated);
        backend.projectAdd(gated, w.down(), hidden);
    }
}
