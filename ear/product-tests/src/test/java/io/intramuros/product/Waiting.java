package io.intramuros.product;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waiting for something to become true. */
final class Waiting {
    /** Ample for a busy machine of two cores. */
    static final Duration PATIENCE = Duration.ofSeconds(90);

    static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    private Waiting() {}

    /** Looks until the value is as wanted; fails with the last value seen. */
    static <T> T until(String what, Supplier<T> value, Predicate<T> wanted) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        T seen = value.get();
        while (!wanted.test(seen)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Waited " + PATIENCE.toSeconds() + " s for " + what + "; last seen: " + seen);
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
            seen = value.get();
        }
        return seen;
    }
}
