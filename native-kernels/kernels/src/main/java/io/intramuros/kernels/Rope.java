package io.intramuros.kernels;

/**
 * Rotary position embedding, ready to apply: the angle of pair {@code i} at position {@code p} is
 * {@code p × inverseFrequencies[i]}. Scaling of long-context models is already in the frequencies.
 *
 * @param inverseFrequencies one per rotated pair, {@code headDim / 2} of them
 * @param pairing which two values of a head form a pair
 */
public record Rope(float[] inverseFrequencies, Pairing pairing) {
    /** Which two values of a head are rotated together. */
    public enum Pairing {
        /** {@code (i, i + headDim/2)}: weights as Hugging Face publishes them. */
        HALVES,
        /** {@code (2i, 2i + 1)}: GGUF files of the Llama architecture, whose query and key rows are permuted. */
        NEIGHBOURS
    }
}
