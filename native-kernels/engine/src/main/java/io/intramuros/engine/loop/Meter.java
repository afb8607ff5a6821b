package io.intramuros.engine.loop;

import io.intramuros.engine.EngineStatistics;

/** Counts what the step loop does, for anyone to read at any time. Written by the step loop alone. */
final class Meter {
    private final SlidingRate decode = new SlidingRate(System::nanoTime);
    private final SlidingRate prefill = new SlidingRate(System::nanoTime);
    private final long blockBytes;
    private final long cacheBytes;
    private volatile Counts counts = new Counts(0, 0, 0, 0, 0);

    private record Counts(int running, int usedBlocks, long promptTokens, long completionTokens, long requests) {}

    Meter(long blockBytes, int blocks) {
        this.blockBytes = blockBytes;
        this.cacheBytes = blockBytes * blocks;
    }

    void stepDone(int promptTokens, int drawnTokens) {
        prefill.add(promptTokens);
        decode.add(drawnTokens);
        Counts c = counts;
        counts = new Counts(
                c.running, c.usedBlocks, c.promptTokens + promptTokens, c.completionTokens + drawnTokens, c.requests);
    }

    void requestDone() {
        Counts c = counts;
        counts = new Counts(c.running, c.usedBlocks, c.promptTokens, c.completionTokens, c.requests + 1);
    }

    void occupied(int running, int usedBlocks) {
        Counts c = counts;
        counts = new Counts(running, usedBlocks, c.promptTokens, c.completionTokens, c.requests);
    }

    /** @param open requests that have not ended */
    EngineStatistics statistics(int open) {
        Counts c = counts;
        return new EngineStatistics(
                Math.max(0, open - c.running),
                c.running,
                decode.perSecond(),
                prefill.perSecond(),
                c.usedBlocks * blockBytes,
                cacheBytes,
                c.promptTokens,
                c.completionTokens,
                c.requests);
    }
}
