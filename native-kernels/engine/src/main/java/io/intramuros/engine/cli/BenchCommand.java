package io.intramuros.engine.cli;

import io.intramuros.engine.EngineSettings;
import io.intramuros.engine.ModelCard;
import io.intramuros.engine.local.LocalEngine;
import io.intramuros.kernels.vector.MemoryBandwidth;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures how fast a model reads and writes. */
@Command(
        name = "bench",
        description = "Measures how fast a model reads prompts and writes answers.",
        mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOptions model;

    @Option(
            names = "--prompt-tokens",
            paramLabel = "N",
            defaultValue = "512",
            description = "Tokens of each prompt. Default: ${DEFAULT-VALUE}.")
    private int promptTokens;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            defaultValue = "128",
            description = "Tokens of each answer. Default: ${DEFAULT-VALUE}.")
    private int tokens;

    @Option(
            names = "--batch",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,8",
            description = "Requests at once, such as 1,8. Default: ${DEFAULT-VALUE}.")
    private List<Integer> batches;

    @Option(names = "--json", description = "Prints JSON.")
    private boolean json;

    /** What {@code --json} prints; {@code memoryBytesPerSecond} is left out where a device computes. */
    private record Output(
            String model,
            String precision,
            String backend,
            int promptTokens,
            int tokens,
            long weightBytes,
            Double memoryBytesPerSecond,
            List<Benchmark.Speed> results) {}

    @Override
    public Integer call() throws InterruptedException {
        if (promptTokens < 1 || tokens < 2 || Collections.min(batches) < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--prompt-tokens and --batch must be at least 1, --tokens at least 2");
        }
        int longest = promptTokens + tokens + 1;
        EngineSettings settings = model.settings(Collections.max(batches), longest);
        try (LocalEngine engine = ModelOptions.start(settings)) {
            Benchmark benchmark = new Benchmark(engine, promptTokens, tokens);
            benchmark.warmUp(batches);
            Double before = memory(settings);
            List<Benchmark.Speed> results = new ArrayList<>();
            for (int batch : batches) {
                results.add(benchmark.measure(batch));
            }
            print(engine, before == null ? null : Math.max(before, memory(settings)), results);
            return CommandLine.ExitCode.OK;
        }
    }

    /** What the machine's memory gives to as many threads as compute; {@code null} where a device computes. */
    private static Double memory(EngineSettings settings) {
        if (!settings.backend().equals(EngineSettings.DEFAULT_BACKEND)) {
            return null;
        }
        int threads = settings.threads();
        return MemoryBandwidth.bytesPerSecond(
                threads > 0 ? threads : Runtime.getRuntime().availableProcessors());
    }

    private void print(LocalEngine engine, Double memory, List<Benchmark.Speed> results) {
        PrintWriter out = spec.commandLine().getOut();
        ModelCard card = engine.model().orElseThrow();
        if (json) {
            out.println(Json.write(new Output(
                    card.displayName(),
                    card.precision(),
                    engine.status().detail(),
                    promptTokens,
                    tokens,
                    engine.weightBytesPerStep(),
                    memory,
                    results)));
        } else {
            out.println(engine.status().detail());
            if (memory != null) {
                out.printf(Locale.ROOT, "memory is read at %.2f GB/s%n", memory / 1e9);
            }
            out.printf(Locale.ROOT, "%6s %16s %16s %16s%n", "batch", "prompt tok/s", "answer tok/s", "weights GB/s");
            results.forEach(speed -> out.printf(
                    Locale.ROOT,
                    "%6d %16.1f %16.1f %16.2f%n",
                    speed.batch(),
                    speed.promptTokensPerSecond(),
                    speed.decodeTokensPerSecond(),
                    speed.weightBytesPerSecond() / 1e9));
        }
        out.flush();
    }
}
