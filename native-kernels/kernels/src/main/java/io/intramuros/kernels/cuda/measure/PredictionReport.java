package io.intramuros.kernels.cuda.measure;

import io.intramuros.kernels.cuda.Traffic;
import io.intramuros.kernels.cuda.driver.Gpu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The account of a 70B model's decode steps, and the speed that follows from it, as a report in Markdown. It runs the
 * backend itself on a stand-in for GPUs whose kernels are empty, so it says what the backend launches, not what somebody
 * believes it does.
 */
// Error Prone would have an annotation that is a dependency for the one, and breaks down over the other.
@SuppressWarnings({"AnnotateFormatMethod", "StringConcatToTextBlock"})
public final class PredictionReport {
    private static final List<Integer> GPUS = List.of(1, 2, 4, 8);
    private static final List<Integer> BATCHES = List.of(1, 8, 32);
    private static final int CONTEXT = 1024;
    private static final double HOST_SHARE = 0.05;
    private static final String PUBLISHED = """

            ## Measured elsewhere

            Llama 2 and 3 of 70B, 16-bit weights; batch 1 and 8 tell the latency of a step, large batches the throughput.

            | software | GPUs | batch | tokens/s | share of the roof | source |
            |---|---|---|---|---|---|
            | gpt-fast | A100 80 GB ×2, 330 W | 1 | 21.3 | 73 % | its README, "Tensor Parallelism" |
            | gpt-fast | A100 80 GB ×4, 330 W | 1 | 38.0 | 66 % | the same |
            | gpt-fast | A100 80 GB ×8, 330 W | 1 | 62.5 | 56 % | the same |
            | TensorRT-LLM 0.6.1, FP16 | A100 80 GB ×4 | 240 | 2100 (525 a GPU) | | docs/source/performance.md, 128 in, 2048 out |
            | lmdeploy 0.2.0, FP16 | A100 80 GB ×4 | 256 | 1683 | | docs/en/benchmark/a100_fp16.md |
            | vLLM | H100 ×4 | 8 | 419 (19.1 ms a step) | 54 % | its nightly benchmark latency_llama70B_tp4, one reading |
            | vLLM | H200 ×4 | 8 | 494 (16.2 ms a step) | | the same |
            """;

    private final StringBuilder out = new StringBuilder();
    private final DecoderShape shape = DecoderShape.LLAMA_70B;
    private final List<StepAccount> accounts = new ArrayList<>();

    private PredictionReport() {}

    /**
     * Writes the report.
     *
     * @param arguments a file, or nothing for the standard output
     * @throws IOException if the file can't be written
     */
    public static void main(String[] arguments) throws IOException {
        String report = make();
        if (arguments.length == 0) {
            System.out.print(report);
        } else {
            Path file = Path.of(arguments[0]);
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, report);
        }
    }

    /**
     * The report.
     *
     * @throws IllegalStateException if the stand-in's kernels aren't empty or there are too few GPUs
     */
    public static String make() {
        if (!"1".equals(System.getenv("INTRAMUROS_EMULATOR_KERNELS_EMPTY"))) {
            throw new IllegalStateException("The prediction runs on the stand-in for GPUs with empty kernels: set"
                    + " INTRAMUROS_EMULATOR_KERNELS_EMPTY=1, INTRAMUROS_EMULATOR_DEVICES=8,"
                    + " INTRAMUROS_EMULATOR_MULTIPROCESSORS=132 and INTRAMUROS_EMULATOR_MEMORY_BYTES=200000000000.");
        }
        List<Gpu> gpus = Gpu.all();
        if (gpus.size() < GPUS.getLast()) {
            throw new IllegalStateException(
                    "The prediction needs " + GPUS.getLast() + " GPUs of the stand-in, not " + gpus.size());
        }
        PredictionReport report = new PredictionReport();
        for (int count : GPUS) {
            report.accounts.addAll(StepAccount.of(gpus.subList(0, count), report.shape, BATCHES, CONTEXT));
        }
        report.bytes();
        report.speed();
        report.out.append(PUBLISHED);
        report.host(gpus);
        return report.out.toString();
    }

    private void line(String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private StepAccount account(int gpus, int sequences) {
        return accounts.stream()
                .filter(account -> account.gpus() == gpus && account.sequences() == sequences)
                .findFirst()
                .orElseThrow();
    }

    private void bytes() {
        line("# What a decode step of a 70B model takes");
        line("");
        line(
                "Llama 3.3 70B in BF16: %d layers, every sequence with %d tokens in the cache. Made by the backend on a"
                        + " stand-in for GPUs with empty kernels.",
                shape.layers(), CONTEXT);
        line("");
        line("## Bytes");
        line("");
        line("All GPUs together; \"least\" is every matrix and cached token once and nothing else.");
        line("");
        line("| GPUs | batch | weights GB | activations GB | cache GB | other GB | weights' share | over the least |"
                + " launches a GPU |");
        line("|---|---|---|---|---|---|---|---|---|");
        for (StepAccount account : accounts) {
            Traffic total = account.total();
            line(
                    "| %d | %d | %.2f | %.3f | %.3f | %.3f | %.2f %% | +%.2f %% | %d |",
                    account.gpus(),
                    account.sequences(),
                    total.weights() / 1e9,
                    total.activations() / 1e9,
                    total.cache() / 1e9,
                    total.other() / 1e9,
                    100 * account.weightShare(),
                    100.0 * total.bytes() / shape.leastBytes(account.sequences(), CONTEXT) - 100,
                    account.busiest().launches());
        }
        line("");
        line("By kernel, one GPU:");
        line("");
        line("| batch | kernel | launches | weights GB | activations MB | cache MB | other MB |");
        line("|---|---|---|---|---|---|---|");
        for (int sequences : BATCHES) {
            account(1, sequences)
                    .kernels()
                    .forEach((kernel, entry) -> line(
                            "| %d | %s | %d | %.2f | %.2f | %.2f | %.2f |",
                            sequences,
                            kernel,
                            entry.launches(),
                            entry.traffic().weights() / 1e9,
                            entry.traffic().activations() / 1e6,
                            entry.traffic().cache() / 1e6,
                            entry.traffic().other() / 1e6));
        }
    }

    private void speed() {
        line("");
        line("## Predicted tokens/s");
        line("");
        line(
                "Assumptions, none of them measured on a GPU: %.0f %% of the memory's bandwidth, %.1f µs a launch within a"
                        + " graph, %.0f µs a sum over all GPUs (NVLink). \"Roof\" is the same bytes at the whole bandwidth"
                        + " and nothing else. \"—\": weights and cache don't fit.",
                100 * Prediction.SHARE_OF_ROOF, 1e6 * Prediction.LAUNCH_SECONDS, 1e6 * Prediction.REDUCTION_SECONDS);
        line("");
        line("| card | GPUs | batch 1: predicted (roof) | batch 8 | batch 32 |");
        line("|---|---|---|---|---|");
        for (Card card : Card.values()) {
            for (int gpus : GPUS) {
                StringBuilder cells = new StringBuilder();
                for (int sequences : BATCHES) {
                    cells.append(" | ").append(cell(card, gpus, sequences));
                }
                line("| %s | %d%s |", card.title(), gpus, cells);
            }
        }
    }

    private String cell(Card card, int gpus, int sequences) {
        if (!card.holds(shape, gpus, sequences, CONTEXT)) {
            return "—";
        }
        Prediction prediction = Prediction.of(account(gpus, sequences), card);
        return String.format(
                Locale.ROOT, "%.1f (%.1f)", sequences / prediction.seconds(), sequences / prediction.roofSeconds());
    }

    private void host(List<Gpu> gpus) {
        List<Integer> counts = List.of(2, 4);
        line("");
        line("## The host's time");
        line("");
        line(
                "Processor time of the threads on the way from one decode step to the next (batch 1, %d layers, the caller's and"
                        + " the busiest of the GPUs'), the stand-in's calls in place of NVIDIA's driver, whose own share only a"
                        + " GPU can tell. It should stay below %.0f %% of the predicted step on H100.",
                shape.layers(), 100 * HOST_SHARE);
        line("");
        line("| GPUs | graphs | launches a token and GPU | host µs a step | of the predicted step |");
        line("|---|---|---|---|---|");
        int launches = account(2, 1).busiest().launches();
        for (HostTime time : HostTime.measure(gpus, shape.layers(), counts)) {
            double predicted =
                    Prediction.of(account(time.gpus(), 1), Card.H100_SXM).seconds();
            line(
                    "| %d | %s | %s | %.0f | %.1f %% |",
                    time.gpus(),
                    time.graphs() ? "on" : "off",
                    time.graphs() ? "1 graph of " + launches : launches,
                    1e6 * time.seconds(),
                    100 * time.seconds() / predicted);
        }
    }
}
