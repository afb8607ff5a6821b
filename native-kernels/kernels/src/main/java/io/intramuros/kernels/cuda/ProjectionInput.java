package io.intramuros.kernels.cuda;

/**
 * Rows of activations that linear layers read, normalised on the way where there is a gain.
 *
 * @param address of FP32 {@code [.., columns]}
 * @param rowIndex address of the rows to take, or 0 for the first ones
 * @param rows how many
 * @param columns of each
 * @param gain address of FP32 {@code [columns]}, or 0 for none
 * @param epsilon of the norm
 * @param squares address of sums of squares of each row, in slices, or 0 if they are not known
 * @param slices of a row
 */
record ProjectionInput(
        long address, long rowIndex, int rows, int columns, long gain, float epsilon, long squares, int slices) {}
