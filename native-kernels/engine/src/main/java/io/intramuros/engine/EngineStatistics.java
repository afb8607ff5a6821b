package io.intramuros.engine;

/**
 * An engine at one moment. Counters start at zero with the engine.
 *
 * @param queued requests waiting for a place in the batch
 * @param running requests in the batch
 * @param decodeTokensPerSecond tokens drawn per second, averaged over the last seconds; 0 when idle
 * @param prefillTokensPerSecond prompt tokens computed per second, averaged likewise
 * @param cacheUsedBytes bytes of cache blocks that hold a running sequence
 * @param cacheBytes bytes of all cache blocks
 * @param promptTokens prompt tokens computed since start
 * @param completionTokens tokens drawn since start
 * @param requests requests finished since start, whatever their end
 */
public record EngineStatistics(
        int queued,
        int running,
        double decodeTokensPerSecond,
        double prefillTokensPerSecond,
        long cacheUsedBytes,
        long cacheBytes,
        long promptTokens,
        long completionTokens,
        long requests) {
    /** An engine that has not started. */
    public static final EngineStatistics NONE = new EngineStatistics(0, 0, 0, 0, 0, 0, 0, 0, 0);
}
