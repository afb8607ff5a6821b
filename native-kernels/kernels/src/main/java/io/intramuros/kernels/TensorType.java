package io.intramuros.kernels;

/**
 * How the numbers of a weight tensor are stored. Quantised types are stored in blocks of consecutive values of one row,
 * laid out as the GGUF format describes them.
 */
public enum TensorType {
    /** IEEE 754 single precision. */
    F32(1, 4),
    /** IEEE 754 half precision. */
    F16(1, 2),
    /** The upper half of an IEEE 754 single. */
    BF16(1, 2),
    /** 32 signed bytes and one F16 scale. */
    Q8_0(32, 34),
    /** 32 four-bit values around zero and one F16 scale. */
    Q4_0(32, 18),
    /** 32 four-bit values, one F16 scale and one F16 minimum. */
    Q4_1(32, 20),
    /** 256 four-bit values in eight groups, each with a six-bit scale and minimum. */
    Q4_K(256, 144),
    /** 256 six-bit values in sixteen groups, each with an eight-bit scale. */
    Q6_K(256, 210);

    private final int blockValues;
    private final int blockBytes;

    TensorType(int blockValues, int blockBytes) {
        this.blockValues = blockValues;
        this.blockBytes = blockBytes;
    }

    /** Values in one block; 1 for the plain types. */
    public int blockValues() {
        return blockValues;
    }

    /** Bytes of one block. */
    public int blockBytes() {
        return blockBytes;
    }

    /** Whether the published weights were quantised, so that the model must never be called full precision. */
    public boolean quantised() {
        return blockValues > 1;
    }

    /**
     * Bytes of a row of {@code columns} values.
     *
     * @throws IllegalArgumentException if {@code columns} is not a multiple of the block
     */
    public long rowBytes(long columns) {
        if (columns % blockValues != 0) {
            throw new IllegalArgumentException(
                    "a row of " + columns + " values is not a whole number of " + name() + " blocks of " + blockValues);
        }
        return Math.multiplyExact(columns / blockValues, blockBytes);
    }
}
