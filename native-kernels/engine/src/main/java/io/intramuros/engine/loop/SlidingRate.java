package io.intramuros.engine.loop;

import java.util.Arrays;
import java.util.function.LongSupplier;

/** Events per second over the last seconds. Thread-safe. */
final class SlidingRate {
    /** Long enough to be calm, short enough to show what happens now. */
    static final int WINDOW_SECONDS = 10;

    private static final long SECOND_NANOS = 1_000_000_000L;

    private final LongSupplier nanoClock;
    private final long[] events = new long[WINDOW_SECONDS];
    private final long[] seconds = new long[WINDOW_SECONDS];
    private long startNanos;
    private boolean counting;

    SlidingRate(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        Arrays.fill(seconds, Long.MIN_VALUE);
    }

    synchronized void add(long count) {
        long now = nanoClock.getAsLong();
        if (!counting || total(now) == 0) {
            startNanos = now;
            counting = true;
        }
        long second = Math.floorDiv(now, SECOND_NANOS);
        int slot = Math.floorMod(second, WINDOW_SECONDS);
        if (seconds[slot] != second) {
            seconds[slot] = second;
            events[slot] = 0;
        }
        events[slot] += count;
    }

    /** The average over the window, or since the first event if that is shorter, but at least a second. */
    synchronized double perSecond() {
        long now = nanoClock.getAsLong();
        if (!counting) {
            return 0;
        }
        double elapsed = Math.clamp((double) (now - startNanos) / SECOND_NANOS, 1, WINDOW_SECONDS);
        return total(now) / elapsed;
    }

    private long total(long now) {
        long oldest = Math.floorDiv(now, SECOND_NANOS) - WINDOW_SECONDS + 1;
        long total = 0;
        for (int slot = 0; slot < WINDOW_SECONDS; slot++) {
            total += seconds[slot] >= oldest ? events[slot] : 0;
        }
        return total;
    }
}
