package io.intramuros.engine;

import java.util.concurrent.CompletionStage;

/** A request on its way. */
public interface Generation {
    /**
     * Stops it. Its cache blocks are free within one step; the listener still hears the end, with
     * {@link FinishReason#CANCELLED} unless it had ended already. Idempotent, from any thread.
     */
    void cancel();

    /** Completed with the end, normally in every case; a failure is a {@link FinishReason}. */
    CompletionStage<GenerationResult> result();
}
