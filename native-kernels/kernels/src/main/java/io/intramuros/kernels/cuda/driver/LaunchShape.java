package io.intramuros.kernels.cuda.driver;

/**
 * How many blocks of how many threads a launch has.
 *
 * @param x blocks
 * @param y blocks
 * @param z blocks
 * @param threads threads per block
 * @param sharedBytes dynamic shared memory per block
 */
public record LaunchShape(int x, int y, int z, int threads, int sharedBytes) {
    /** A row of blocks. */
    public static LaunchShape of(int blocks, int threads) {
        return new LaunchShape(blocks, 1, 1, threads, 0);
    }
}
