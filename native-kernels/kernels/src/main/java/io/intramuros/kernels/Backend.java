package io.intramuros.kernels;

import java.util.List;

/**
 * A device, or several used as one, that runs the operations of a decoder over a ragged batch.
 *
 * <p>The operations are cut where a device profits from fusing: a norm with the projections that read it, gate with up,
 * a projection with the residual it is added to. Sums are accumulated in FP32 whatever the weights' type. An operation
 * may return before the device has done it; whoever awaits the tokens of {@link #sample} knows that all before is done.
 *
 * <p>One thread, the engine's step loop, calls a backend, unless a method says otherwise. Weights, activations and stores belong to the backend that
 * made them. Nothing is allocated on the device between {@link #beginStep} and {@link #endStep}.
 *
 * <p>Shapes are written {@code [rows, columns]}; {@code T} is {@link StepBatch#rows()}, {@code D} the hidden size,
 * {@code H} query heads, {@code K} key-value heads, {@code E} values per head, {@code F} the feed-forward size,
 * {@code V} the vocabulary.
 */
public interface Backend extends AutoCloseable {
    /** The backend's name as an administrator writes it: {@code vector}, {@code cuda}, {@code cpu}. */
    String name();

    /** One line for the log and the console: what was found and chosen, such as vector width and threads. */
    String description();

    /**
     * Whether devices of their own compute while the thread that calls goes on. If not, an operation has been computed when
     * it returns.
     */
    default boolean asynchronous() {
        return false;
    }

    /**
     * What was last read of each GPU that computes here, in the order in which the backend uses them; empty for a backend
     * without GPUs, or where nobody watches them. Returns at once; from any thread.
     */
    default List<DeviceReading> deviceReadings() {
        return List.of();
    }

    /**
     * Hears what will be placed, before anything is, and divides the memory. A decoder that was announced gets its weights,
     * activations and cache in this plan's sizes, and none of its steps allocates on a device. May be left out, by tests of
     * single operations; may be called once.
     *
     * @throws OutOfDeviceMemoryException if it does not fit, with an account of what is needed and what there is; nothing
     *     has been allocated then
     */
    MemoryPlan plan(DecoderPlan plan);

    /** Places a weight. The backend may read {@code tensor.data()} until it is closed. */
    Weight weight(HostTensor tensor, Split split);

    /** Allocates activations for up to {@code maxRows} tokens. */
    Activations activations(int maxRows, int columns);

    /**
     * Allocates the key-value cache.
     *
     * @throws OutOfDeviceMemoryException if it does not fit, with an account of what is needed and what there is
     */
    KvStore kvStore(KvLayout layout);

    /** Announces a step, so that a device can copy the batch's tables once. */
    void beginStep(StepBatch batch);

    /** {@code out[t] = table[tokenIds[t]]}; {@code table} is {@code [V, D]}, {@code out} {@code [T, D]}. */
    void embed(Weight table, Activations out);

    /**
     * Normalises {@code hidden} and projects it to queries, keys and values: {@code q = norm(hidden)·Wqᵀ + bq}, the
     * same for {@code k} and {@code v}. {@code hidden [T, D]}, {@code q [T, H·E]}, {@code k} and {@code v} {@code [T,
     * K·E]}.
     */
    void queryKeyValue(
            Activations hidden, RmsNorm norm, AttentionWeights weights, Activations q, Activations k, Activations v);

    /**
     * Rotates queries and keys by their positions, then stores keys and values in the layer's cache blocks. Where
     * {@code weights} has query and key norms, they are applied to each head before the rotation.
     */
    void rotateAndStore(
            int layer, Rope rope, AttentionWeights weights, Activations q, Activations k, Activations v, KvStore cache);

    /**
     * Causal attention of every new token over its sequence's cached tokens, itself included, softmax in FP32.
     * {@code q} and {@code out} are {@code [T, H·E]}; query head {@code h} reads key-value head {@code h·K/H}; scores
     * are scaled by {@code scale}.
     */
    void attend(int layer, float scale, Activations q, KvStore cache, Activations out);

    /** {@code residual += in·Wᵀ}; {@code w} is {@code [D, columns of in]}. */
    void projectAdd(Activations in, Weight w, Activations residual);

    /**
     * The gated half of the feed-forward layer: {@code out = silu(norm(hidden)·gateᵀ) ⊙ (norm(hidden)·upᵀ)};
     * {@code hidden [T, D]}, {@code gate} and {@code up} {@code [F, D]}, {@code out [T, F]}.
     */
    void gatedUp(Activations hidden, RmsNorm norm, Weight gate, Weight up, Activations out);

    /**
     * Logits of the batch's {@link StepBatch#logitRows()}, and a token from each: {@code rows[i]} says how the token of
     * logit row {@code i} is taken; there may be none. {@code head} is {@code [V, D]}. The last operation of a step; its
     * tokens may be awaited after {@link #endStep}, and must be before the next step begins.
     */
    PendingTokens sample(Activations hidden, RmsNorm norm, Weight head, SamplingRow[] rows);

    /**
     * Copies the first {@code rows} rows back to the host, for tests and diagnosis; waits until they are computed.
     *
     * @return one array per row
     */
    float[][] read(Activations activations, int rows);

    /** Ends the step announced by {@link #beginStep}, also after a failure inside it. */
    void endStep();

    /** Frees everything that was made here. Idempotent. */
    @Override
    void close();
}
