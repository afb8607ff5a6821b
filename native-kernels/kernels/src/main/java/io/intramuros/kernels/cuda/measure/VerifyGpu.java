package io.intramuros.kernels.cuda.measure;

import io.intramuros.kernels.BackendUnavailableException;
import io.intramuros.kernels.SampledToken;
import io.intramuros.kernels.cuda.CudaBackend;
import io.intramuros.kernels.cuda.driver.Gpu;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Measures the backend on the GPUs of this machine: kernels against the card's limits, sums over several GPUs, decode steps
 * of the 70B shape with random weights. What comes out must be finite and the same each time. Exit code 0 if all is well, 1
 * with what is wrong.
 */
// Error Prone would have an annotation that is a dependency for the one, and breaks down over the other.
@SuppressWarnings({"AnnotateFormatMethod", "StringConcatToTextBlock"})
public final class VerifyGpu {
    private static final int TIMED_STEPS = 10;
    private static final int DECODE_STEPS = 21;

    /** What a context, the workspace and fragments take of a GPU's memory. */
    private static final long RESERVED_BYTES = 3L << 30;

    private final PrintStream out;
    private final boolean small;
    private final DecoderShape shape;
    private final SyntheticWeights weights;
    private final int context;
    private final int promptTokens;
    private final List<Integer> batches;
    private final List<String> faults = new ArrayList<>();

    private VerifyGpu(PrintStream out, boolean small) {
        this.out = out;
        this.small = small;
        shape = small ? DecoderShape.SMALL : DecoderShape.LLAMA_70B;
        weights = SyntheticWeights.random(shape);
        context = small ? 6 : 1024;
        promptTokens = small ? 34 : 512;
        batches = small ? List.of(1, 17) : List.of(1, 8, 32);
    }

    /**
     * Measures and ends the process.
     *
     * @param arguments {@code --small} for shapes that a stand-in computes in seconds
     */
    public static void main(String[] arguments) {
        List<String> options = Arrays.asList(arguments);
        if (!List.of("--small").containsAll(options)) {
            System.err.println("Usage: VerifyGpu [--small]");
            System.exit(2);
        }
        System.exit(run(System.out, System.err, options.contains("--small"), Integer.MAX_VALUE));
    }

    /**
     * Measures.
     *
     * @param small shapes that a stand-in computes in seconds
     * @param mostGpus the most GPUs to use
     * @return the exit code
     */
    static int run(PrintStream out, PrintStream err, boolean small, int mostGpus) {
        List<Gpu> gpus;
        try {
            gpus = Gpu.all().stream().filter(Gpu::usable).limit(mostGpus).toList();
        } catch (BackendUnavailableException e) {
            err.println(e.getMessage());
            return 1;
        }
        if (gpus.isEmpty()) {
            err.println("No GPU here has compute capability " + Gpu.LEAST_MAJOR + ".0 or later; the kernels need it.");
            return 1;
        }
        VerifyGpu verify = new VerifyGpu(out, small);
        verify.all(gpus);
        if (verify.faults.isEmpty()) {
            out.println();
            out.println("All measurements ran and what they computed is sound.");
            return 0;
        }
        verify.faults.forEach(fault -> err.println("WRONG: " + fault));
        return 1;
    }

    private void all(List<Gpu> gpus) {
        section("GPUs, driver for CUDA " + Gpu.driverVersion() / 1000 + "." + Gpu.driverVersion() % 1000 / 10, () -> {
            line("| GPU | bus | multiprocessors | memory GiB | GB/s by its clock | GB/s copying | BF16 TFLOP/s |");
            line("|---|---|---|---|---|---|---|");
            gpus.forEach(this::card);
        });
        // Every kind of card once; all cards of a kind are alike.
        List<Gpu> kinds = gpus.stream()
                .filter(gpu -> gpus.stream()
                        .filter(other -> other.name().equals(gpu.name()))
                        .findFirst()
                        .orElseThrow()
                        .equals(gpu))
                .toList();
        for (Gpu gpu : kinds) {
            section("One layer of the 70B shape on " + gpu.description(), () -> kernels(List.of(gpu)));
        }
        List<Integer> counts =
                IntStream.of(1, 2, 4, 8).filter(n -> n <= gpus.size()).boxed().toList();
        for (int count : counts.subList(1, counts.size())) {
            section("One layer on " + number(count), () -> kernels(gpus.subList(0, count)));
        }
        for (int count : counts) {
            List<Gpu> some = gpus.subList(0, count);
            section("Launches alone: thin matrices on " + number(count), () -> thin(some));
        }
        for (int count : counts) {
            List<Gpu> some = gpus.subList(0, count);
            section("Whole 70B shape, random weights, on " + number(count), () -> whole(some));
        }
    }

    /** A part of the work; if it fails that is noted, and the others still run. */
    private void section(String title, Runnable work) {
        line("");
        line("## %s%s", title, small ? " (small shapes: no measurement)" : "");
        line("");
        try {
            work.run();
        } catch (RuntimeException e) {
            faults.add(title + ": " + (e.getMessage() == null ? e.toString() : e.getMessage()));
            line("FAILED: %s", faults.getLast());
        }
    }

    private static String number(int gpus) {
        return gpus == 1 ? "one GPU" : gpus + " GPUs";
    }

    private void line(String format, Object... values) {
        out.println(values.length == 0 ? format : String.format(Locale.ROOT, format, values));
        out.flush();
    }

    private void card(Gpu gpu) {
        line(
                "| %d %s | %s | %d | %.1f | %.0f | %.0f | %.0f |",
                gpu.ordinal(),
                gpu.name(),
                gpu.busId(),
                gpu.multiprocessors(),
                gpu.memoryBytes() / (double) (1 << 30),
                gpu.memoryBandwidth() / 1e9,
                DeviceCopy.bandwidth(gpu, small ? 1 << 20 : 1 << 30) / 1e9,
                gpu.tensorOperations() / 1e12);
    }

    private void kernels(List<Gpu> gpus) {
        DecoderShape layer = shape.withLayers(1);
        int most = Math.max(batches.getLast(), promptTokens);
        try (CudaBackend backend = CudaBackend.openToMeasure(gpus, false)) {
            SyntheticDecoder decoder = new SyntheticDecoder(
                    backend, layer, weights, 1, most, batches.getLast(), Math.max(context, promptTokens) + 1);
            line("| step | kernel | µs | GB/s | of the memory's | TFLOP/s | of the tensor cores' |");
            line("|---|---|---|---|---|---|---|");
            kernels(gpus, backend, "prompt of " + promptTokens, () -> decoder.step(1, 0, promptTokens));
            for (int sequences : batches) {
                kernels(gpus, backend, "decode, batch " + sequences, () -> decoder.step(sequences, context, 1));
            }
        }
    }

    private void kernels(List<Gpu> gpus, CudaBackend backend, String title, Runnable step) {
        Gpu gpu = gpus.getFirst();
        Map<String, KernelTimes.Best> best = KernelTimes.of(backend, small ? 1 : TIMED_STEPS, step);
        best.forEach((kernel, time) -> line(
                "| %s | %s | %.1f | %.0f | %s | %.2f | %s |",
                title,
                kernel,
                1e6 * time.seconds(),
                time.bandwidth() / 1e9,
                share(time.bandwidth(), gpu.memoryBandwidth()),
                time.operations() / 1e12,
                share(time.operations(), gpu.tensorOperations())));
    }

    private static String share(double value, double limit) {
        return limit == 0 ? "?" : String.format(Locale.ROOT, "%.0f %%", 100 * value / limit);
    }

    private void thin(List<Gpu> gpus) {
        DecoderShape thin = small ? DecoderShape.SMALL : DecoderShape.THIN;
        SyntheticWeights values = SyntheticWeights.random(thin);
        line("| graphs | µs a step: the host and the launches, with matrices that take no time |");
        line("|---|---|");
        for (boolean graphs : new boolean[] {true, false}) {
            try (CudaBackend backend = CudaBackend.openToMeasure(gpus, graphs)) {
                SyntheticDecoder decoder = new SyntheticDecoder(backend, thin, values, 1, 1, 1, context + 1);
                line("| %s | %.0f |", graphs ? "on" : "off", 1e6 * seconds(decoder, 1));
            }
        }
    }

    private double seconds(SyntheticDecoder decoder, int sequences) {
        return decoder.secondsPerStep(sequences, context, small ? 1 : DECODE_STEPS);
    }

    private void whole(List<Gpu> gpus) {
        int most = batches.getLast();
        long needed = shape.weightBytes(gpus.size())
                + most * (context + 1L) * shape.cacheBytesPerToken() / gpus.size()
                + (small ? 0 : RESERVED_BYTES);
        long least = gpus.stream().mapToLong(Gpu::memoryBytes).min().orElseThrow();
        if (needed > least) {
            line(
                    "Doesn't fit: each of %d GPUs would need %.1f GiB, the smallest has %.1f.",
                    gpus.size(), needed / (double) (1 << 30), least / (double) (1 << 30));
            return;
        }
        double bandwidth = gpus.stream().mapToDouble(Gpu::memoryBandwidth).min().orElseThrow() * gpus.size();
        try (CudaBackend backend = CudaBackend.openToMeasure(gpus, true)) {
            SyntheticDecoder decoder =
                    new SyntheticDecoder(backend, shape, weights, shape.layers(), promptTokens, most, context + 1);
            decoder.fill(most, context);
            line("| batch | ms a step | tokens/s | of the memory's bandwidth |");
            line("|---|---|---|---|");
            for (int sequences : batches) {
                double seconds = seconds(decoder, sequences);
                line(
                        "| %d | %.2f | %.1f | %s |",
                        sequences,
                        1e3 * seconds,
                        sequences / seconds,
                        share(shape.leastBytes(sequences, context) / seconds, bandwidth));
                requireSound(decoder, sequences, gpus.size());
            }
        }
    }

    /** The same step twice: finite numbers, and the same ones. */
    private void requireSound(SyntheticDecoder decoder, int sequences, int gpus) {
        SampledToken[] first = decoder.step(sequences, context, 1);
        SampledToken[] second = decoder.step(sequences, context, 1);
        int known = faults.size();
        for (int i = 0; i < sequences && faults.size() == known; i++) {
            String where = "sequence " + i + " of " + sequences + " on " + number(gpus);
            if (!Float.isFinite(first[i].logprob()) || first[i].id() < 0 || first[i].id() >= shape.vocabulary()) {
                faults.add(where + " gave token " + first[i].id() + " with log-probability " + first[i].logprob());
            } else if (first[i].id() != second[i].id() || first[i].logprob() != second[i].logprob()) {
                faults.add(where + " gave token " + first[i].id() + " (" + first[i].logprob() + "), and once more "
                        + second[i].id() + " (" + second[i].logprob() + ")");
            }
        }
    }
}
