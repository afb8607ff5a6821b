package io.intramuros.kernels;

/**
 * A GPU that opening it anew won't mend.
 *
 * @param ordinal the number by which an administrator names it
 * @param busId its PCI address, such as {@code 0000:01:00.0}
 * @param name what its maker calls it
 * @param fault what it was seen to be broken by
 */
public record BrokenGpu(int ordinal, String busId, String name, String fault) {}
