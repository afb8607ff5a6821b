package io.intramuros.kernels.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

/** Threads that compute together do all parts of the work, each once, and tell of failures. */
final class ThreadTeamTest {
    @Test
    void everyPartIsDoneOnceWithMoreAndWithFewerPartsThanThreads() {
        for (int threads = 1; threads <= 5; threads++) {
            try (ThreadTeam team = new ThreadTeam(threads, "test")) {
                for (int parts = 0; parts < 40; parts++) {
                    AtomicIntegerArray done = new AtomicIntegerArray(parts);
                    team.run(parts, (part, worker) -> done.incrementAndGet(part));
                    assertOnce(done);
                    AtomicIntegerArray doneShort = new AtomicIntegerArray(parts);
                    team.runShort(parts, (part, worker) -> doneShort.incrementAndGet(part));
                    assertOnce(doneShort);
                }
            }
        }
    }

    private static void assertOnce(AtomicIntegerArray done) {
        for (int part = 0; part < done.length(); part++) {
            assertEquals(1, done.get(part), "part " + part + " of " + done.length());
        }
    }

    @Test
    void aThreadThatIsHeldUpKeepsOnlyThePartItHas() {
        try (ThreadTeam team = new ThreadTeam(2, "test")) {
            CountDownLatch others = new CountDownLatch(9);
            team.run(10, (part, worker) -> {
                if (part == 0) {
                    awaitUninterruptibly(others);
                } else {
                    others.countDown();
                }
            });
            assertEquals(0, others.getCount());
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aFailureReachesTheCallerAndTheNextCallWorks() {
        try (ThreadTeam team = new ThreadTeam(3, "test")) {
            IllegalStateException thrown = assertThrows(
                    IllegalStateException.class,
                    () -> team.run(8, (part, worker) -> {
                        if (part == 5) {
                            throw new IllegalArgumentException("part 5");
                        }
                    }));
            assertEquals("part 5", thrown.getCause().getMessage());
            AtomicIntegerArray done = new AtomicIntegerArray(8);
            team.run(8, (part, worker) -> done.incrementAndGet(part));
            assertOnce(done);
        }
    }
}
