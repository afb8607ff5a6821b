package io.intramuros.kernels;

import java.util.List;
import java.util.Set;

/**
 * What an administrator decides about a backend.
 *
 * @param threads computing threads of a backend that runs on the CPU, at least 1
 * @param devices ordinals of the GPUs to use, in the order of their ranks; empty for all
 * @param leftOut ordinals of GPUs that are not used, though they be named, because they broke
 */
public record BackendOptions(int threads, List<Integer> devices, Set<Integer> leftOut) {
    public BackendOptions {
        devices = List.copyOf(devices);
        leftOut = Set.copyOf(leftOut);
    }

    /** On GPUs of which none has broken. */
    public BackendOptions(int threads, List<Integer> devices) {
        this(threads, devices, Set.of());
    }

    /** For a backend that runs on the CPU, or on all GPUs. */
    public static BackendOptions ofThreads(int threads) {
        return new BackendOptions(threads, List.of());
    }

    /** The same without GPUs that broke. */
    public BackendOptions without(Set<Integer> broken) {
        return new BackendOptions(threads, devices, broken);
    }
}
