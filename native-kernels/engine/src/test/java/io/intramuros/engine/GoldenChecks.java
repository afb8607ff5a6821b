package io.intramuros.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.intramuros.engine.decoder.LoadedModel;
import io.intramuros.engine.decoder.Scorer;
import io.intramuros.engine.generation.Answer;
import io.intramuros.engine.local.LocalEngine;
import io.intramuros.engine.template.ChatEncoder;
import io.intramuros.engine.testing.GoldenModels;
import io.intramuros.engine.testing.Recorder;
import io.intramuros.kernels.Backend;
import io.intramuros.kernels.BackendOptions;
import io.intramuros.kernels.SampledToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Holds a golden model on some backend to what Hugging Face's transformers computes. */
final class GoldenChecks {
    private static final float F32_TOLERANCE = 1e-3f;
    /** Narrower weights come with a cache in BF16. */
    private static final float NARROW_TOLERANCE = 2e-2f;

    private final Function<BackendOptions, Backend> openBackend;
    private final float halfTolerance;

    GoldenChecks(Function<BackendOptions, Backend> openBackend) {
        this(openBackend, NARROW_TOLERANCE);
    }

    /** @param halfTolerance of the log-probabilities of F16 models, where a backend computes with fewer bits than F16 has */
    GoldenChecks(Function<BackendOptions, Backend> openBackend, float halfTolerance) {
        this.openBackend = openBackend;
        this.halfTolerance = halfTolerance;
    }

    /**
     * The log-probabilities of texts.
     *
     * @param chunks tokens per step, each tried on its own
     */
    void score(Path path, int... chunks) throws IOException {
        GoldenModels.Expected expected = GoldenModels.expected(path);
        float tolerance = switch (expected.precision()) {
            case "float32", "f32" -> F32_TOLERANCE;
            case "float16", "f16" -> halfTolerance;
            default -> NARROW_TOLERANCE;
        };
        try (LoadedModel loaded = LoadedModel.load(settings(path, 256), openBackend, progress -> {})) {
            for (GoldenModels.Text text : expected.texts()) {
                for (int chunk : chunks) {
                    check(text, new Scorer(loaded, chunk).score(text.ids(), 5), tolerance);
                }
            }
        }
    }

    /** The tokens of texts and conversations. */
    void encode(Path path) throws IOException {
        GoldenModels.Expected expected = GoldenModels.expected(path);
        try (LoadedModel loaded = LoadedModel.load(settings(path, 256), openBackend, progress -> {})) {
            for (GoldenModels.Text text : expected.texts()) {
                assertArrayEquals(text.ids(), loaded.tokenizer().encode(text.text(), false), text.text());
                assertEquals(text.text(), loaded.tokenizer().decode(text.ids()));
            }
            for (GoldenModels.Chat chat : expected.chats()) {
                List<ChatMessage> messages = chat.messages().stream()
                        .map(message -> new ChatMessage(message.role(), message.content()))
                        .toList();
                var template = loaded.model().chatTemplate().orElseThrow();
                assertEquals(chat.rendered(), template.render(messages, true));
                assertArrayEquals(chat.ids(), new ChatEncoder(loaded.tokenizer(), template).encode(messages));
            }
        }
    }

    /** The most probable continuations, one at a time, then together in small chunks. */
    void answer(Path path) throws IOException, InterruptedException {
        List<GoldenModels.Text> texts = GoldenModels.expected(path).texts();
        try (LocalEngine engine = LocalEngine.start(settings(path, 11), openBackend)) {
            assertEquals(EngineStatus.State.READY, engine.awaitLoaded().state(), engine.status()::detail);
            List<Answer> together = new ArrayList<>();
            for (GoldenModels.Text text : texts) {
                Answer alone = engine.submit(request(engine, text), new Recorder());
                alone.result().toCompletableFuture().join();
                assertArrayEquals(text.greedy(), alone.drawnTokens(), text.text());
            }
            texts.forEach(text -> together.add(engine.submit(request(engine, text), new Recorder())));
            for (int i = 0; i < texts.size(); i++) {
                together.get(i).result().toCompletableFuture().join();
                assertArrayEquals(
                        texts.get(i).greedy(),
                        together.get(i).drawnTokens(),
                        texts.get(i).text());
            }
        }
    }

    private static void check(GoldenModels.Text text, List<SampledToken> scores, float tolerance) {
        for (int i = 0; i < scores.size(); i++) {
            assertEquals(text.logprobs()[i], scores.get(i).logprob(), tolerance, "token " + (i + 1));
        }
        int places = text.top().size();
        for (int i = 0; i < places; i++) {
            SampledToken score = scores.get(i < 8 ? i : scores.size() - places + i);
            for (int rank = 0; rank < score.topIds().length; rank++) {
                assertEquals(text.top().get(i).get(rank)[1], score.topLogprobs()[rank], tolerance, "rank " + rank);
            }
        }
    }

    private static GenerationRequest request(LocalEngine engine, GoldenModels.Text text) {
        return new GenerationRequest(
                engine.encode(new Prompt.Tokens(text.prompt())),
                text.greedy().length,
                Sampling.GREEDY,
                List.of(),
                true);
    }

    private static EngineSettings settings(Path path, int tokenBudget) {
        return EngineSettings.with("golden", path)
                .threads(2)
                .maxBatchSize(3)
                .maxQueue(8)
                .cacheBytes(8 << 20)
                .tokenBudget(tokenBudget)
                .build();
    }
}
