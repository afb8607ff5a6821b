package io.intramuros.engine.cli;

import io.intramuros.engine.EncodedPrompt;
import io.intramuros.engine.FinishReason;
import io.intramuros.engine.GenerationListener;
import io.intramuros.engine.GenerationRequest;
import io.intramuros.engine.GenerationResult;
import io.intramuros.engine.Prompt;
import io.intramuros.engine.Sampling;
import io.intramuros.engine.generation.Answer;
import io.intramuros.engine.local.LocalEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Measures an engine from the outside, scheduling and delivery included. Prompts are random tokens. Reading and writing
 * are measured apart: prompts by requests for a single token, answers by asking the same prompts again, whose keys and
 * values are in the cache by then, so that all requests begin to write in the same step.
 */
final class Benchmark {
    /** Enough for the virtual machine to have compiled the kernels, for one request and for several. */
    private static final int WARM_UP_TOKENS = 64;

    private static final double NANOS = 1e9;

    private static final GenerationListener NOBODY = new GenerationListener() {
        @Override
        public void onText(String text, int tokens) {}

        @Override
        public void onFinished(GenerationResult result) {}
    };

    private final LocalEngine engine;
    private final int promptTokens;
    private final int tokens;
    private final int vocabulary;
    private final Random random = new Random(1);

    /**
     * Speeds of one batch size.
     *
     * @param batch requests at once
     * @param promptTokensPerSecond prompt tokens computed, over all requests
     * @param decodeTokensPerSecond tokens drawn, over all requests
     * @param weightBytesPerSecond bytes of weights read while drawing
     */
    record Speed(int batch, double promptTokensPerSecond, double decodeTokensPerSecond, double weightBytesPerSecond) {}

    Benchmark(LocalEngine engine, int promptTokens, int tokens) {
        this.engine = engine;
        this.promptTokens = promptTokens;
        this.tokens = tokens;
        this.vocabulary = engine.vocabularySize();
    }

    /** To be called before measuring, with the batch sizes that will be measured. */
    void warmUp(List<Integer> batches) {
        int prompt = Math.min(promptTokens, WARM_UP_TOKENS);
        int answer = Math.min(tokens, WARM_UP_TOKENS);
        batches.forEach(batch -> measure(batch, prompt, answer));
    }

    Speed measure(int batch) {
        return measure(batch, promptTokens, tokens);
    }

    private Speed measure(int batch, int promptTokens, int tokens) {
        List<EncodedPrompt> prompts = new ArrayList<>();
        for (int i = 0; i < batch; i++) {
            prompts.add(engine.encode(
                    new Prompt.Tokens(random.ints(promptTokens, 0, vocabulary).toArray())));
        }
        List<GenerationResult> read = generate(prompts, 1);
        double readSeconds = longest(read).toNanos() / NANOS;
        List<GenerationResult> written = generate(prompts, tokens);
        long firstToken = written.stream()
                .mapToLong(result -> result.timeToFirstToken().orElseThrow().toNanos())
                .min()
                .orElseThrow();
        double writeSeconds = (longest(written).toNanos() - firstToken) / NANOS;
        double steps = tokens - 1;
        return new Speed(
                batch,
                (double) batch * promptTokens / readSeconds,
                batch * steps / writeSeconds,
                engine.weightBytesPerStep() * steps / writeSeconds);
    }

    private List<GenerationResult> generate(List<EncodedPrompt> prompts, int count) {
        List<Answer> answers = prompts.stream()
                .map(prompt ->
                        engine.submit(new GenerationRequest(prompt, count, Sampling.GREEDY, List.of(), true), NOBODY))
                .toList();
        return answers.stream()
                .map(answer -> answer.result().toCompletableFuture().join())
                .peek(Benchmark::requireWhole)
                .toList();
    }

    private static void requireWhole(GenerationResult result) {
        if (result.reason() != FinishReason.LENGTH) {
            throw new CommandFailedException("an answer ended early: " + result.reason() + " "
                    + result.error().orElse(""));
        }
    }

    private static Duration longest(List<GenerationResult> results) {
        return results.stream()
                .map(GenerationResult::duration)
                .max(Duration::compareTo)
                .orElseThrow();
    }
}
