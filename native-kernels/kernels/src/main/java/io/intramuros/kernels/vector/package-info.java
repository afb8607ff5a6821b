/**
 * The portable backend: every operation in Java's Vector API at the width the CPU prefers, on a small team of threads.
 *
 * <p>It is the fallback on any machine and what other backends are compared with, so its results are repeatable: each
 * output element is summed in one fixed order, whatever the number of threads and whatever else is in the batch. Nothing
 * here uses an operation whose rounding may change when the just-in-time compiler steps in ({@code reduceLanes} on
 * floats, {@code lanewise(EXP)}).
 */
package io.intramuros.kernels.vector;
