package io.intramuros.kernels.cuda;

/**
 * What a launch must move between a GPU's memory and its multiprocessors, and compute: what several blocks read is counted
 * once where one passage serves them all, as the L2 cache sees to it.
 *
 * @param weights bytes of matrices
 * @param activations bytes of activations and logits, read and written
 * @param cache bytes of cached keys and values, read and written
 * @param other bytes of norms' gains, biases, tables and partial results
 * @param operations multiplications and additions of floating-point numbers
 */
public record Traffic(long weights, long activations, long cache, long other, long operations) {
    /** Nothing at all. */
    public static final Traffic NONE = new Traffic(0, 0, 0, 0, 0);

    /** All bytes. */
    public long bytes() {
        return weights + activations + cache + other;
    }

    /** Both together. */
    public Traffic plus(Traffic more) {
        return new Traffic(
                weights + more.weights,
                activations + more.activations,
                cache + more.cache,
                other + more.other,
                operations + more.operations);
    }
}
