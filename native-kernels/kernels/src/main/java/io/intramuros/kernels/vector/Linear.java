package io.intramuros.kernels.vector;

/**
 * One linear layer of a dispatch: {@code out[t, r] = start + x[t]·w[r]}, where the start is what {@code out} holds, a
 * bias, or nothing.
 *
 * @param weight {@code [rows, columns]}
 * @param bias per output, or {@code null}
 * @param add whether the product is added to what {@code out} holds
 * @param out {@code [tokens, rows]}
 */
record Linear(VectorWeight weight, float[] bias, boolean add, float[] out) {
    /** What the product with row {@code row} is added to, for the token whose outputs begin at {@code at}. */
    float start(int at, int row) {
        if (add) {
            return out[at + row];
        }
        return bias == null ? 0 : bias[row];
    }
}
