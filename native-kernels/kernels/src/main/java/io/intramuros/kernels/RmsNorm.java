package io.intramuros.kernels;

/**
 * Root-mean-square normalisation: {@code x · gain / sqrt(mean(x²) + epsilon)}, row by row.
 *
 * @param gain {@code [1, columns]}
 * @param epsilon keeps the root away from zero
 */
public record RmsNorm(Weight gain, float epsilon) {}
