package io.intramuros.kernels;

import io.intramuros.kernels.cuda.measure.DecoderShape;
import io.intramuros.kernels.cuda.measure.SyntheticDecoder;
import java.lang.foreign.Arena;
import java.util.Locale;

/** Times a decoder of SmolLM2-135M's shape over a backend's operations. */
final class BenchmarkDecoder {
    private static final DecoderShape SHAPE = new DecoderShape(30, 576, 1536, 9, 3, 64, 49152);
    private static final int PROMPT = 512;
    private static final int SEQUENCES = 8;
    private static final int CONTEXT = 2048;

    private final int threads;
    private final TensorType type;
    private final Arena arena = Arena.ofAuto();
    private final SyntheticDecoder decoder;
    private long weightBytes;

    BenchmarkDecoder(Backend backend, int threads, TensorType type) {
        this.threads = threads;
        this.type = type;
        decoder = new SyntheticDecoder(backend, SHAPE, this::matrix, SHAPE.layers(), PROMPT, SEQUENCES, CONTEXT);
    }

    /** Rows of 576 are no whole blocks of 256; such files use Q8_0 there, and so does this. */
    private HostTensor matrix(int rows, int columns) {
        TensorType stored = columns % type.blockValues() == 0 ? type : TensorType.Q8_0;
        HostTensor tensor = KernelBenchmark.random(stored, rows, columns, arena);
        weightBytes += tensor.data().byteSize();
        return tensor;
    }

    void report() {
        double prefill = 0;
        double single = 0;
        double eight = 0;
        double late = 0;
        for (int round = 0; round < KernelBenchmark.ROUNDS; round++) {
            prefill = Math.max(prefill, PROMPT / KernelBenchmark.seconds(threads, () -> decoder.step(1, 0, PROMPT)));
            single = Math.max(single, 32 / KernelBenchmark.seconds(threads, () -> steps(1, 0, 32)));
            eight = Math.max(eight, 16 * SEQUENCES / KernelBenchmark.seconds(threads, () -> steps(SEQUENCES, 0, 16)));
            late = Math.max(late, 16 / KernelBenchmark.seconds(threads, () -> steps(1, 2000, 16)));
        }
        System.out.printf(
                Locale.ROOT,
                "%-5s prompt of %d: %.0f tok/s, one sequence: %.1f tok/s (%.1f GB/s of weights), after 2000: %.1f,"
                        + " %d sequences: %.1f tok/s%n",
                type,
                PROMPT,
                prefill,
                single,
                single * weightBytes / 1e9,
                late,
                SEQUENCES,
                eight);
    }

    private void steps(int sequences, int position, int count) {
        for (int i = 0; i < count; i++) {
            decoder.step(sequences, position + i, 1);
        }
    }
}
