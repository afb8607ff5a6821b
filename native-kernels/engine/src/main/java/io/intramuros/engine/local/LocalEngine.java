package io.intramuros.engine.local;

import io.intramuros.engine.ChatMessage;
import io.intramuros.engine.ContextExceededException;
import io.intramuros.engine.DeviceStatus;
import io.intramuros.engine.EncodedPrompt;
import io.intramuros.engine.EnginePace;
import io.intramuros.engine.EngineSettings;
import io.intramuros.engine.EngineStatistics;
import io.intramuros.engine.EngineStatus;
import io.intramuros.engine.EngineUnavailableException;
import io.intramuros.engine.FinishReason;
import io.intramuros.engine.GenerationListener;
import io.intramuros.engine.GenerationRequest;
import io.intramuros.engine.InferenceEngine;
import io.intramuros.engine.InvalidPromptException;
import io.intramuros.engine.ModelCard;
import io.intramuros.engine.Prompt;
import io.intramuros.engine.decoder.LoadedModel;
import io.intramuros.engine.generation.Answer;
import io.intramuros.engine.loop.StepLoop;
import io.intramuros.engine.model.ModelFormatException;
import io.intramuros.engine.recovery.Recovery;
import io.intramuros.engine.template.ChatEncoder;
import io.intramuros.engine.template.ChatTemplate;
import io.intramuros.engine.thermal.ThermalPolicy;
import io.intramuros.engine.tokenizer.Tokenizer;
import io.intramuros.kernels.Backend;
import io.intramuros.kernels.BackendOptions;
import io.intramuros.kernels.BackendUnavailableException;
import io.intramuros.kernels.Backends;
import io.intramuros.kernels.DeviceFailedException;
import io.intramuros.kernels.OutOfDeviceMemoryException;
import io.intramuros.kernels.UnsuitableSettingException;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * An engine in this process: one model on one backend. {@link #start} returns at once; the model loads, and later
 * computes, on a thread of the engine's own. Whatever goes wrong there becomes the reason of its status, never an
 * exception.
 */
public final class LocalEngine implements InferenceEngine, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LocalEngine.class.getName());

    private final EngineSettings settings;
    private final Function<BackendOptions, Backend> openBackend;
    private final Thread thread;

    /** Held for reading while a caller's thread uses the loaded model, for writing to take the model away. */
    private final ReadWriteLock use = new ReentrantReadWriteLock();

    private final CountDownLatch loading = new CountDownLatch(1);

    private final Recovery recovery = new Recovery(InstantSource.system());

    private Serving serving;
    private volatile EngineStatus status = new EngineStatus(EngineStatus.State.LOADING, "Starting.");
    private volatile ModelCard card;
    private volatile EngineStatistics lastStatistics = EngineStatistics.NONE;
    private volatile boolean closing;

    private record Serving(LoadedModel loaded, StepLoop loop) {}

    private LocalEngine(EngineSettings settings, Function<BackendOptions, Backend> openBackend) {
        this.settings = settings;
        this.openBackend = openBackend;
        thread = Thread.ofPlatform()
                .name("intramuros-engine-" + settings.name())
                .daemon()
                .unstarted(this::live);
        // Not that of whoever deploys or calls: an engine outlives every deployment.
        thread.setContextClassLoader(LocalEngine.class.getClassLoader());
    }

    /** Begins to load the model; the engine is {@link EngineStatus.State#LOADING} until it is ready or failed. */
    public static LocalEngine start(EngineSettings settings) {
        return start(settings, options -> Backends.open(settings.backend(), options));
    }

    /** The same on a given backend; what {@code openBackend} throws becomes the reason of the engine's status. */
    public static LocalEngine start(EngineSettings settings, Function<BackendOptions, Backend> openBackend) {
        LocalEngine engine = new LocalEngine(settings, openBackend);
        engine.thread.start();
        return engine;
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public EngineStatus status() {
        return status;
    }

    /** Waits until it has loaded, failed or been closed, and returns what it became. */
    public EngineStatus awaitLoaded() throws InterruptedException {
        loading.await();
        return status;
    }

    @Override
    public Optional<ModelCard> model() {
        return Optional.ofNullable(card);
    }

    @Override
    public EngineStatistics statistics() {
        use.readLock().lock();
        try {
            return serving == null ? lastStatistics : sinceStart(serving.loop.statistics());
        } finally {
            use.readLock().unlock();
        }
    }

    /** With what was counted before the engine was loaded anew. */
    private EngineStatistics sinceStart(EngineStatistics now) {
        return new EngineStatistics(
                now.queued(),
                now.running(),
                now.decodeTokensPerSecond(),
                now.prefillTokensPerSecond(),
                now.cacheUsedBytes(),
                now.cacheBytes(),
                lastStatistics.promptTokens() + now.promptTokens(),
                lastStatistics.completionTokens() + now.completionTokens(),
                lastStatistics.requests() + now.requests());
    }

    @Override
    public List<DeviceStatus> devices() {
        use.readLock().lock();
        try {
            Stream<DeviceStatus> broken = recovery.leftOut().values().stream().map(Devices::status);
            Stream<DeviceStatus> used = serving == null
                    ? Stream.of()
                    : serving.loaded.deviceReadings().stream().map(Devices::status);
            return Stream.concat(used, broken).toList();
        } finally {
            use.readLock().unlock();
        }
    }

    @Override
    public EnginePace pace() {
        use.readLock().lock();
        try {
            return serving == null ? EnginePace.FULL : serving.loop.pace();
        } finally {
            use.readLock().unlock();
        }
    }

    @Override
    public EncodedPrompt encode(Prompt prompt) {
        use.readLock().lock();
        try {
            LoadedModel loaded = requireServing().loaded;
            int[] tokens = switch (prompt) {
                case Prompt.Chat chat -> encodeChat(loaded, chat.messages());
                case Prompt.Text text -> encodeText(loaded.tokenizer(), text.text());
                case Prompt.Tokens ids -> ids.ids().clone();
            };
            check(tokens, loaded);
            return new EncodedPrompt(tokens);
        } finally {
            use.readLock().unlock();
        }
    }

    @Override
    public Answer submit(GenerationRequest request, GenerationListener listener) {
        use.readLock().lock();
        try {
            Serving now = requireServing();
            check(request.prompt().tokens(), now.loaded);
            Answer answer = new Answer(request, now.loaded.card().contextTokens(), now.loaded.tokenizer(), listener);
            now.loop.submit(answer);
            return answer;
        } finally {
            use.readLock().unlock();
        }
    }

    /**
     * Bytes of weights that every step reads. For measurements.
     *
     * @throws EngineUnavailableException if the engine is not ready
     */
    public long weightBytesPerStep() {
        use.readLock().lock();
        try {
            return requireServing().loaded.weightBytesPerStep();
        } finally {
            use.readLock().unlock();
        }
    }

    /**
     * Number of tokens that the model knows. For measurements.
     *
     * @throws EngineUnavailableException if the engine is not ready
     */
    public int vocabularySize() {
        use.readLock().lock();
        try {
            return requireServing().loaded.model().config().vocabularySize();
        } finally {
            use.readLock().unlock();
        }
    }

    /**
     * Cancels every request, waits for the step that runs, and frees all memory. Idempotent. Listeners hear
     * {@link FinishReason#CANCELLED} with the reason.
     */
    @Override
    public void close() {
        closing = true;
        use.readLock().lock();
        try {
            if (serving != null) {
                serving.loop.close();
            }
        } finally {
            use.readLock().unlock();
        }
        awaitEnd();
    }

    /** Waits for the engine's thread, however often the waiting is interrupted: it uses memory about to be freed. */
    private void awaitEnd() {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The engine's life, on its own thread. */
    private void live() {
        try {
            while (serve()) {
                LOG.log(System.Logger.Level.WARNING, "The engine " + settings.name() + ": " + recovery.account());
            }
        } catch (GivenUpException e) {
            status = stopped();
        } catch (RuntimeException | Error e) {
            log(e);
            if (status.state() != EngineStatus.State.FAILED) {
                // What went wrong first is the reason; that a lost device can't be tidied up follows from it.
                status = new EngineStatus(EngineStatus.State.FAILED, recovery.account() + describe(e));
            }
        } finally {
            loading.countDown();
        }
    }

    /** Loads the model and answers with it; returns whether it is to be loaded anew, now that its devices are free. */
    private boolean serve() {
        try (LoadedModel loaded = LoadedModel.load(
                settings,
                options -> openBackend.apply(options.without(recovery.leftOut().keySet())),
                this::progress)) {
            StepLoop loop = new StepLoop(
                    settings.name(),
                    loaded,
                    settings.maxBatchSize(),
                    settings.maxQueue(),
                    settings.tokenBudget(),
                    new ThermalPolicy(settings.slowAboveCelsius(), settings.drainAboveCelsius()));
            card = loaded.card();
            open(new Serving(loaded, loop));
            try {
                status = loop.run().map(this::after).orElse(stopped());
            } finally {
                withdraw();
            }
        } catch (DeviceFailedException e) {
            // While it was loaded. GPUs of which none is broken are given another chance only if they have worked.
            if (e.brokenGpus().isEmpty() && recovery.account().isEmpty()) {
                throw e;
            }
            status = after(e);
        }
        return status.state() == EngineStatus.State.LOADING;
    }

    private EngineStatus after(Throwable fault) {
        String reason = "The engine stopped after a fault: " + describe(fault);
        if (fault instanceof DeviceFailedException lost) {
            return recovery.after(lost)
                    ? new EngineStatus(EngineStatus.State.LOADING, reason)
                    : new EngineStatus(EngineStatus.State.FAILED, reason + " " + Recovery.GIVEN_UP);
        }
        return new EngineStatus(EngineStatus.State.FAILED, reason);
    }

    /** What an administrator can put right is one line; only what nobody expected needs to be traced. */
    private void log(Throwable failure) {
        String what = "The engine " + settings.name() + " failed";
        switch (failure) {
            case BackendUnavailableException _,
                    OutOfDeviceMemoryException _,
                    UnsuitableSettingException _,
                    ModelFormatException _ -> {
                LOG.log(System.Logger.Level.ERROR, what + ": " + describe(failure));
                LOG.log(System.Logger.Level.DEBUG, what, failure);
            }
            default -> LOG.log(System.Logger.Level.ERROR, what, failure);
        }
    }

    private void open(Serving ready) {
        String description = recovery.account() + describe(ready.loaded);
        use.writeLock().lock();
        try {
            giveUpIfClosing();
            serving = ready;
            status = new EngineStatus(EngineStatus.State.READY, description);
        } finally {
            use.writeLock().unlock();
        }
        loading.countDown();
        LOG.log(System.Logger.Level.INFO, "The engine " + settings.name() + " is ready: " + description);
    }

    /** Waits for the callers that use the model, and lets no more of them in. */
    private void withdraw() {
        use.writeLock().lock();
        try {
            // What it did stays known; it does nothing and holds no memory any more.
            EngineStatistics last = sinceStart(serving.loop.statistics());
            lastStatistics = new EngineStatistics(
                    0, 0, 0, 0, 0, 0, last.promptTokens(), last.completionTokens(), last.requests());
            serving = null;
        } finally {
            use.writeLock().unlock();
        }
    }

    private void progress(String what) {
        giveUpIfClosing();
        status = new EngineStatus(EngineStatus.State.LOADING, recovery.account() + what);
    }

    private void giveUpIfClosing() {
        if (closing) {
            throw new GivenUpException();
        }
    }

    private static EngineStatus stopped() {
        return new EngineStatus(EngineStatus.State.STOPPED, "The engine was shut down.");
    }

    private Serving requireServing() {
        if (serving == null || status.state() != EngineStatus.State.READY) {
            EngineStatus now = status;
            throw new EngineUnavailableException("The engine " + name() + " is "
                    + now.state().name().toLowerCase(Locale.ROOT) + ". " + now.detail());
        }
        return serving;
    }

    private static int[] encodeChat(LoadedModel loaded, List<ChatMessage> messages) {
        ChatTemplate template = loaded.model()
                .chatTemplate()
                .orElseThrow(() -> new InvalidPromptException(
                        "The model has no chat template: it continues text and holds no conversations."));
        return new ChatEncoder(loaded.tokenizer(), template).encode(messages);
    }

    private static int[] encodeText(Tokenizer tokenizer, String text) {
        return tokenizer.encode(tokenizer.plain(text), true);
    }

    private static void check(int[] tokens, LoadedModel loaded) {
        if (tokens.length == 0) {
            throw new InvalidPromptException("The prompt is empty.");
        }
        int vocabulary = loaded.model().config().vocabularySize();
        for (int token : tokens) {
            if (token < 0 || token >= vocabulary) {
                throw new InvalidPromptException("The prompt has the token " + token + "; this model's tokens are 0 to "
                        + (vocabulary - 1) + ".");
            }
        }
        int context = loaded.card().contextTokens();
        if (tokens.length >= context) {
            throw new ContextExceededException(tokens.length, context);
        }
    }

    private static String describe(LoadedModel loaded) {
        ModelCard card = loaded.card();
        return card.displayName() + ", " + card.precision() + (card.quantised() ? " (quantised)" : "") + ", "
                + card.contextTokens() + " tokens of context, on " + loaded.backendDescription() + ". "
                + loaded.memoryAccount();
    }

    private static String describe(Throwable failure) {
        String message = failure.getMessage();
        return message == null || failure instanceof Error ? failure.toString() : message;
    }

    /** Loading was interrupted by {@link #close}. */
    private static final class GivenUpException extends RuntimeException {
        GivenUpException() {
            super("the engine is being shut down");
        }
    }
}
