package io.intramuros.pool;

import io.intramuros.engine.EncodedPrompt;
import io.intramuros.engine.EnginePace;
import io.intramuros.engine.EngineStatistics;
import io.intramuros.engine.EngineStatus;
import io.intramuros.engine.FinishReason;
import io.intramuros.engine.Generation;
import io.intramuros.engine.GenerationListener;
import io.intramuros.engine.GenerationRequest;
import io.intramuros.engine.GenerationResult;
import io.intramuros.engine.InferenceEngine;
import io.intramuros.engine.ModelCard;
import io.intramuros.engine.Prompt;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** An engine whose every word the test decides; a word of the prompt is a token. */
public final class ScriptedEngine implements InferenceEngine {
    /** The most tokens of prompt and answer together. */
    public static final int CONTEXT_TOKENS = 100;

    private final String name;
    private final String modelId;
    private final List<Submission> submissions = new CopyOnWriteArrayList<>();
    private volatile EngineStatus.State state = EngineStatus.State.READY;
    private volatile int running;
    private volatile boolean draining;
    private volatile Runnable atSubmit = () -> {};
    private volatile Consumer<Submission> atCancel = _ -> {};

    public ScriptedEngine(String name, String modelId) {
        this.name = name;
        this.modelId = modelId;
    }

    /** Changes what it is doing. */
    public ScriptedEngine in(EngineStatus.State now) {
        this.state = now;
        return this;
    }

    /** Changes how many requests it has. */
    public ScriptedEngine running(int requests) {
        this.running = requests;
        return this;
    }

    /** Makes it drain, or no longer. */
    public ScriptedEngine draining(boolean now) {
        this.draining = now;
        return this;
    }

    /** What happens when a request is submitted, before it is taken; throws to refuse it. */
    public void atSubmit(Runnable action) {
        this.atSubmit = action;
    }

    /** What happens when a request is cancelled. */
    public void atCancel(Consumer<Submission> action) {
        this.atCancel = action;
    }

    /** The requests it has taken. */
    public List<Submission> submissions() {
        return submissions;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public EngineStatus status() {
        return new EngineStatus(state, "/secret/path");
    }

    @Override
    public Optional<ModelCard> model() {
        return state != EngineStatus.State.LOADING
                ? Optional.of(new ModelCard(
                        modelId,
                        "Scripted",
                        "none",
                        1,
                        "BF16",
                        false,
                        "sha256:" + name,
                        CONTEXT_TOKENS,
                        "script",
                        false))
                : Optional.empty();
    }

    @Override
    public EngineStatistics statistics() {
        return new EngineStatistics(0, running, 0, 0, 0, 0, 0, 0, 0);
    }

    @Override
    public EnginePace pace() {
        return draining ? new EnginePace(EnginePace.Speed.DRAINING, "It is hot.") : EnginePace.FULL;
    }

    @Override
    public EncodedPrompt encode(Prompt prompt) {
        int words = ((Prompt.Chat) prompt)
                .messages().stream()
                        .mapToInt(message -> message.content().split(" ").length)
                        .sum();
        return new EncodedPrompt(new int[words]);
    }

    @Override
    public Generation submit(GenerationRequest request, GenerationListener listener) {
        atSubmit.run();
        Submission submission = new Submission(request, listener, atCancel);
        submissions.add(submission);
        return submission;
    }

    /** A request it has taken. */
    public static final class Submission implements Generation {
        private final GenerationRequest request;
        private final GenerationListener listener;
        private final Consumer<Submission> atCancel;
        private final CompletableFuture<GenerationResult> result = new CompletableFuture<>();
        private volatile boolean cancelled;
        private int tokens;

        Submission(GenerationRequest request, GenerationListener listener, Consumer<Submission> atCancel) {
            this.request = request;
            this.listener = listener;
            this.atCancel = atCancel;
        }

        public GenerationRequest request() {
            return request;
        }

        public boolean isCancelled() {
            return cancelled;
        }

        /** Writes more. */
        public Submission write(String text) {
            tokens++;
            listener.onText(text, tokens);
            return this;
        }

        /** Ends it. */
        public void end(FinishReason reason, String error) {
            GenerationResult end = new GenerationResult(
                    reason,
                    request.prompt().length(),
                    0,
                    tokens,
                    tokens == 0 ? Optional.empty() : Optional.of(Duration.ofMillis(3)),
                    Duration.ofMillis(5),
                    Optional.ofNullable(error));
            listener.onFinished(end);
            result.complete(end);
        }

        @Override
        public void cancel() {
            cancelled = true;
            atCancel.accept(this);
        }

        @Override
        public CompletionStage<GenerationResult> result() {
            return result;
        }
    }
}
