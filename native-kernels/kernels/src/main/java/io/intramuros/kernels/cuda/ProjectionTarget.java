package io.intramuros.kernels.cuda;

/**
 * One linear layer and where its outputs go.
 *
 * @param weights address of its first row
 * @param format of the weights
 * @param bias address of FP32 {@code [outputs]}, or 0
 * @param out address of the first output of the first row, perhaps on another GPU
 * @param outputs rows of the weights
 * @param stride values from one row of outputs to the next
 */
record ProjectionTarget(long weights, WeightFormat format, long bias, long out, int outputs, int stride) {
    /** A place that is not used. */
    static final ProjectionTarget NONE = new ProjectionTarget(0, null, 0, 0, 0, 0);
}
