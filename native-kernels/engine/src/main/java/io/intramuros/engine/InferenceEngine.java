package io.intramuros.engine;

import java.util.List;
import java.util.Optional;

/**
 * One model on one backend, answering many requests at once. Thread-safe. An engine never throws its state away: while
 * it is loading or after it failed it still answers {@link #status()}, and says why it takes no requests.
 */
public interface InferenceEngine {
    /** The name an administrator gave it; unique in the server. */
    String name();

    /** What it is doing, and why not if it is not ready. */
    EngineStatus status();

    /** The model it serves, or served before it failed; empty until it has been ready. */
    Optional<ModelCard> model();

    /** Queue, batch, speed and cache at this moment. */
    EngineStatistics statistics();

    /** The GPUs it computes on, as they were seen last; empty without GPUs, or if nobody watches them. */
    default List<DeviceStatus> devices() {
        return List.of();
    }

    /** How fast it may work at this moment, and what holds it back. */
    default EnginePace pace() {
        return EnginePace.FULL;
    }

    /**
     * Renders and tokenizes a prompt.
     *
     * @throws InvalidPromptException if the model's chat template refuses the conversation
     * @throws ContextExceededException if not even one token of answer would fit
     * @throws EngineUnavailableException if the engine is not ready
     */
    EncodedPrompt encode(Prompt prompt);

    /**
     * Queues a request. Returns at once; the listener hears the rest, on a thread of its own and never on the step
     * loop's.
     *
     * @throws QueueFullException if {@code max-queue} requests wait already
     * @throws ContextExceededException if the prompt leaves no room for an answer
     * @throws EngineUnavailableException if the engine is not ready, or drains because a GPU is too hot
     */
    Generation submit(GenerationRequest request, GenerationListener listener);
}
