package io.intramuros.kernels;

/**
 * The shape of a paged key-value cache.
 *
 * @param layers decoder layers
 * @param blocks blocks in the pool
 * @param blockTokens tokens per block
 * @param kvHeads key-value heads per layer
 * @param headDim values per head
 * @param type {@link TensorType#F32} or {@link TensorType#BF16}
 */
public record KvLayout(int layers, int blocks, int blockTokens, int kvHeads, int headDim, TensorType type) {
    public KvLayout {
        if (layers <= 0 || blocks <= 0 || blockTokens <= 0 || kvHeads <= 0 || headDim <= 0) {
            throw new IllegalArgumentException("a cache needs positive sizes");
        }
        if (type != TensorType.F32 && type != TensorType.BF16) {
            throw new IllegalArgumentException("a cache holds F32 or BF16, not " + type);
        }
    }

    /** Bytes of one block over all layers, keys and values. */
    public long blockBytes() {
        return 2L * layers * blockTokens * kvHeads * headDim * type.blockBytes();
    }
}
