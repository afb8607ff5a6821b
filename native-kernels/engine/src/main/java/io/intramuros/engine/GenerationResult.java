package io.intramuros.engine;

import java.time.Duration;
import java.util.Optional;

/**
 * How a generation ended and what it took.
 *
 * @param reason why it ended
 * @param promptTokens tokens of the prompt
 * @param cachedTokens those of them that were found in the cache instead of computed
 * @param completionTokens tokens drawn, the end token included
 * @param timeToFirstToken from submission to the first token; empty if there was none
 * @param duration from submission to the end
 * @param error what went wrong, for {@link FinishReason#FAILED}, or who ended it, for an engine that was shut down
 */
public record GenerationResult(
        FinishReason reason,
        int promptTokens,
        int cachedTokens,
        int completionTokens,
        Optional<Duration> timeToFirstToken,
        Duration duration,
        Optional<String> error) {}
