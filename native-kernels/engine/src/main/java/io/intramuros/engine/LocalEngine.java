package io.intramuros.engine;

import java.util.Optional;

/**
 * An engine in this process: one model on one backend. {@link #start} returns at once and the model loads on a thread
 * of the engine's own; whatever goes wrong there becomes the reason of its status, never an exception.
 */
public final class LocalEngine implements InferenceEngine, AutoCloseable {
    private final EngineSettings settings;
    private volatile EngineStatus status;

    private LocalEngine(EngineSettings settings) {
        this.settings = settings;
        this.status = new EngineStatus(EngineStatus.State.FAILED, "not implemented yet");
    }

    /** Begins to load the model; the engine is {@link EngineStatus.State#LOADING} until it is ready or failed. */
    public static LocalEngine start(EngineSettings settings) {
        return new LocalEngine(settings);
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public EngineStatus status() {
        return status;
    }

    @Override
    public Optional<ModelCard> model() {
        return Optional.empty();
    }

    @Override
    public EngineStatistics statistics() {
        return EngineStatistics.NONE;
    }

    @Override
    public EncodedPrompt encode(Prompt prompt) {
        throw new EngineUnavailableException(status.detail());
    }

    @Override
    public Generation submit(GenerationRequest request, GenerationListener listener) {
        throw new EngineUnavailableException(status.detail());
    }

    /**
     * Cancels every request, waits for the step that runs, and frees all memory. Idempotent. Listeners hear
     * {@link FinishReason#CANCELLED} with the reason.
     */
    @Override
    public void close() {
        status = new EngineStatus(EngineStatus.State.STOPPED, "The engine was shut down.");
    }
}
