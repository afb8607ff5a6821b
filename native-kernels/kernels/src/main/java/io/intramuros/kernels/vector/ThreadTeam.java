package io.intramuros.kernels.vector;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A few platform threads that compute together with the thread that calls {@link #run}. Between two calls the helpers
 * look for work for some microseconds and then park, so that a decode step, a few hundred short calls, does not pay
 * for waking them each time and an idle engine costs nothing.
 *
 * <p>Parts are handed out one by one, so a thread that the system holds up only delays the part it has.
 */
final class ThreadTeam implements AutoCloseable {
    /** Work cut into parts that may run in any order and at the same time. */
    interface Task {
        /** Does one part; {@code worker} is less than {@link ThreadTeam#size} and belongs to the thread. */
        void run(int part, int worker);
    }

    /** How often a thread looks before it parks: some tens of microseconds. */
    private static final int SPINS = 1_000;

    private static final int SHORT_PARTS = 16;

    private final Helper[] helpers;
    private final AtomicInteger nextPart = new AtomicInteger();
    private final AtomicInteger working = new AtomicInteger();
    private Task task;
    private int parts;
    private final AtomicInteger generation = new AtomicInteger();
    private volatile Thread waitingCaller;
    private volatile Throwable failure;
    private volatile boolean closed;

    ThreadTeam(int threads, String name) {
        helpers = new Helper[threads - 1];
        for (int i = 0; i < helpers.length; i++) {
            helpers[i] = new Helper(i + 1, name + "-" + (i + 1));
            helpers[i].start();
        }
    }

    /** Threads that compute, the caller included. */
    int size() {
        return helpers.length + 1;
    }

    /** Runs all parts and returns when the last one is done. One thread at a time may call. */
    void run(int partCount, Task work) {
        if (helpers.length == 0 || partCount == 1) {
            for (int part = 0; part < partCount; part++) {
                work.run(part, 0);
            }
            return;
        }
        if (closed) {
            throw new IllegalStateException("the backend is closed");
        }
        task = work;
        parts = partCount;
        nextPart.set(0);
        working.set(helpers.length);
        generation.incrementAndGet();
        for (Helper helper : helpers) {
            if (helper.parked) {
                LockSupport.unpark(helper);
            }
        }
        takeParts(0);
        awaitHelpers();
        task = null;
        Throwable thrown = failure;
        if (thrown != null) {
            failure = null;
            throw new IllegalStateException("a computing thread failed", thrown);
        }
    }

    /**
     * Runs parts of some microseconds each: alone if they are few, else in runs of {@link #SHORT_PARTS}, so that taking
     * a part costs little beside doing it.
     */
    void runShort(int partCount, Task work) {
        int runs = partCount < 2 * SHORT_PARTS ? 1 : (partCount + SHORT_PARTS - 1) / SHORT_PARTS;
        int length = (partCount + runs - 1) / runs;
        run(runs, (run, worker) -> {
            int end = Math.min(partCount, (run + 1) * length);
            for (int part = run * length; part < end; part++) {
                work.run(part, worker);
            }
        });
    }

    private void takeParts(int worker) {
        try {
            Task work = task;
            int end = parts;
            for (int part = nextPart.getAndIncrement(); part < end; part = nextPart.getAndIncrement()) {
                work.run(part, worker);
            }
        } catch (Throwable thrown) {
            failure = thrown;
        }
    }

    private void awaitHelpers() {
        for (int i = 0; i < SPINS; i++) {
            if (working.get() == 0) {
                return;
            }
            Thread.onSpinWait();
        }
        waitingCaller = Thread.currentThread();
        while (working.get() != 0) {
            LockSupport.park(this);
        }
        waitingCaller = null;
    }

    @Override
    public void close() {
        closed = true;
        for (Helper helper : helpers) {
            LockSupport.unpark(helper);
        }
    }

    private final class Helper extends Thread {
        private final int worker;
        private volatile boolean parked;

        Helper(int worker, String name) {
            super(name);
            this.worker = worker;
            setDaemon(true);
        }

        @Override
        public void run() {
            int seen = 0;
            while (awaitGenerationAfter(seen)) {
                seen++;
                takeParts(worker);
                if (working.decrementAndGet() == 0) {
                    LockSupport.unpark(waitingCaller);
                }
            }
        }

        /** Waits for the next generation; false when the team is closed. */
        private boolean awaitGenerationAfter(int seen) {
            for (int i = 0; i < SPINS; i++) {
                if (generation.get() != seen) {
                    return true;
                }
                Thread.onSpinWait();
            }
            parked = true;
            while (generation.get() == seen && !closed) {
                LockSupport.park(ThreadTeam.this);
            }
            parked = false;
            return generation.get() != seen;
        }
    }
}
