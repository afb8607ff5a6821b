package io.intramuros.kernels.cuda.measure;

/**
 * The sizes of a decoder of Llama's architecture with BF16 weights and cache.
 *
 * @param layers decoder layers
 * @param hidden values of a token between layers
 * @param feedForward inner values of the feed-forward layers
 * @param heads query heads
 * @param kvHeads key-value heads
 * @param headDim values of a head
 * @param vocabulary tokens
 */
public record DecoderShape(
        int layers, int hidden, int feedForward, int heads, int kvHeads, int headDim, int vocabulary) {
    /** Llama 3.3 70B and its distillations. */
    static final DecoderShape LLAMA_70B = new DecoderShape(80, 8192, 28672, 64, 8, 128, 128256);

    /** As many operations as the 70B shape on matrices that take no time: for what a step costs apart from its bytes. */
    static final DecoderShape THIN = new DecoderShape(80, 256, 512, 8, 8, 32, 512);

    /** Small enough for a stand-in of GPUs, and for eight of them. */
    static final DecoderShape SMALL = new DecoderShape(2, 128, 256, 16, 8, 16, 256);

    private static final int BF16_BYTES = 2;

    DecoderShape withLayers(int layers) {
        return new DecoderShape(layers, hidden, feedForward, heads, kvHeads, headDim, vocabulary);
    }

    /** Bytes of a layer's matrices. */
    long layerBytes() {
        long attention = (long) hidden * headDim * (2 * heads + 2 * kvHeads);
        return BF16_BYTES * (attention + 3L * hidden * feedForward);
    }

    /** Bytes of the embedding table, and of the matrix that makes logits. */
    long tableBytes() {
        return (long) BF16_BYTES * vocabulary * hidden;
    }

    /** Bytes of matrices that a GPU of several holds: its share of all but the embedding table. */
    long weightBytes(int gpus) {
        return tableBytes() + (layers * layerBytes() + tableBytes()) / gpus;
    }

    /** Bytes of keys and values of one token in all layers. */
    long cacheBytesPerToken() {
        return 2L * BF16_BYTES * layers * kvHeads * headDim;
    }

    /**
     * The least bytes that a step must move over all GPUs: every matrix and every cached token once, an embedding and the
     * new cache entries for each sequence.
     */
    long leastBytes(int sequences, int context) {
        return layers * layerBytes()
                + tableBytes()
                + sequences * ((long) BF16_BYTES * hidden + (context + 1L) * cacheBytesPerToken());
    }
}
