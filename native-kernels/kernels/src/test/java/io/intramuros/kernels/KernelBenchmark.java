package io.intramuros.kernels;

import io.intramuros.kernels.vector.MemoryBandwidth;
import io.intramuros.kernels.vector.VectorBackend;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Times a backend: matrix products per weight type beside the machine's memory-read bandwidth in the same run, and a
 * whole decoder of SmolLM2-135M's shape with random weights. Figures are the best of several rounds; compare
 * ratios of one run, not figures of two. With one thread, time is what the CPU spent on it, so that other processes
 * disturb less.
 *
 * <p>Arguments: threads (2), then {@code products} or {@code decoder} (both), then weight types (all).
 */
public final class KernelBenchmark {
    static final int ROUNDS = 5;
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();
    private static final PrintStream OUT = System.out;

    private KernelBenchmark() {}

    public static void main(String[] arguments) {
        List<String> wanted = new ArrayList<>(Arrays.asList(arguments));
        int threads = wanted.isEmpty() ? 2 : Integer.parseInt(wanted.removeFirst());
        boolean onlyProducts = wanted.remove("products");
        boolean onlyDecoder = wanted.remove("decoder");
        List<TensorType> types = wanted.isEmpty()
                ? List.of(TensorType.values())
                : wanted.stream().map(TensorType::valueOf).toList();
        try (Backend backend = new VectorBackend(threads)) {
            OUT.println(backend.description());
        }
        if (!onlyDecoder) {
            for (TensorType type : types) {
                products(type, threads);
            }
        }
        if (!onlyProducts) {
            for (TensorType type : types) {
                try (Backend backend = new VectorBackend(threads)) {
                    new BenchmarkDecoder(backend, threads, type).report();
                }
            }
        }
    }

    private static void products(TensorType type, int threads) {
        int columns = 2048;
        int rows = 32768;
        try (Backend backend = new VectorBackend(threads);
                Arena arena = Arena.ofShared()) {
            HostTensor tensor = random(type, rows, columns, arena);
            Weight w = backend.weight(tensor, Split.WHOLE);
            double bytes = tensor.data().byteSize();
            double read = 0;
            double streamed = 0;
            double multiplied = 0;
            for (int round = 0; round < 2 * ROUNDS; round++) {
                read = Math.max(read, MemoryBandwidth.bytesPerSecond(tensor.data(), threads) / 1e9);
                streamed = Math.max(streamed, bytes / project(backend, w, 1, threads) / 1e9);
                multiplied = Math.max(multiplied, 2.0 * rows * columns * 64 / project(backend, w, 64, threads) / 1e9);
            }
            OUT.printf(
                    Locale.ROOT,
                    "%-5s read %5.1f GB/s, one token %5.1f GB/s (%3.0f %%), 64 tokens %6.1f GFLOP/s%n",
                    type,
                    read,
                    streamed,
                    100 * streamed / read,
                    multiplied);
        }
    }

    private static double project(Backend backend, Weight w, int tokens, int threads) {
        Activations in = BackendFixture.input(backend, BackendFixture.gaussian(tokens, w.columns(), 1));
        Activations out = backend.activations(tokens, w.rows());
        backend.beginStep(BackendFixture.rows(new int[tokens]));
        double seconds = seconds(threads, () -> {
            backend.projectAdd(in, w, out);
            backend.read(out, 0);
        });
        backend.endStep();
        return seconds;
    }

    /** Seconds on the clock, or with one thread those that the CPU spent on it. */
    static double seconds(int threads, Runnable work) {
        long start = threads == 1 ? CPU.getCurrentThreadCpuTime() : System.nanoTime();
        work.run();
        return ((threads == 1 ? CPU.getCurrentThreadCpuTime() : System.nanoTime()) - start) / 1e9;
    }

    /** Random bytes with scales set to a size that keeps sums finite. */
    static HostTensor random(TensorType type, int rows, int columns, Arena arena) {
        MemorySegment data = arena.allocate(rows * type.rowBytes(columns), 64);
        HostTensor sample =
                PlainTensor.random(type, 256, columns, new Random(1)).host();
        long piece = sample.data().byteSize();
        for (long at = 0; at < data.byteSize(); at += piece) {
            MemorySegment.copy(sample.data(), 0, data, at, Math.min(piece, data.byteSize() - at));
        }
        return new HostTensor("random", type, rows, columns, data);
    }
}
