package io.intramuros.kernels.vector;

/** The upper half of a single, rounded to nearest, ties to even. */
final class Bf16 {
    private Bf16() {}

    /** The nearest BF16; a NaN stays a NaN. */
    static short of(float value) {
        if (Float.isNaN(value)) {
            return 0x7FC0;
        }
        int bits = Float.floatToRawIntBits(value);
        return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }
}
