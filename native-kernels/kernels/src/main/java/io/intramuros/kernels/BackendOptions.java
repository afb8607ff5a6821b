package io.intramuros.kernels;

import java.util.List;

/**
 * What an administrator decides about a backend.
 *
 * @param threads computing threads of a backend that runs on the CPU, at least 1
 * @param devices ordinals of the GPUs to use, in the order of their ranks; empty for all
 */
public record BackendOptions(int threads, List<Integer> devices) {
    public BackendOptions {
        devices = List.copyOf(devices);
    }

    /** For a backend that runs on the CPU, or on all GPUs. */
    public static BackendOptions ofThreads(int threads) {
        return new BackendOptions(threads, List.of());
    }
}
