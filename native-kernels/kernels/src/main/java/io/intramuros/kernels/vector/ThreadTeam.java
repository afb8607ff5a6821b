package io.intramuros.kernels.vector;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A few platform threads that compute together with the thread that calls {@link #run}. Between two calls the helpers
 * look for work for some microseconds and then park, so that a decode step, a few hundred short calls, does not pay
 * for waking them each time and an idle engine costs nothing.
 *
 * <p>Each thread has a run of neighbouring parts, the same in every call with as many parts, so that it reads on where it
 * left off and the CPU's prefetchers follow it; whoever has finished takes parts of the others, so a thread that the
 * system holds up only delays the part it has.
 */
final class ThreadTeam implements AutoCloseable {
    /** Work cut into parts that may run in any order and at the same time. */
    interface Task {
        /** Does one part; {@code worker} is less than {@link ThreadTeam#size} and belongs to the thread. */
        void run(int part, int worker);
    }

    /**
     * How long a thread looks before it parks: longer than what a decode step does on one thread. By the clock, since a
     * spin takes three times as long on some CPUs as on others.
     */
    private static final long SPIN_NANOS = 100_000;

    /** Spins between two looks at the clock. */
    private static final int SPINS_PER_LOOK = 64;

    /** Elements between two threads' counters, so that each has a cache line, and its neighbour, of its own. */
    private static final int COUNTER_STRIDE = 32;

    private static final int SHORT_PARTS = 16;

    private final Helper[] helpers;
    private final AtomicIntegerArray nextParts;
    private final AtomicInteger working = new AtomicInteger();
    private Task task;
    private int parts;
    private final AtomicInteger generation = new AtomicInteger();
    private volatile Thread waitingCaller;
    private volatile Throwable failure;
    private volatile boolean closed;

    ThreadTeam(int threads, String name) {
        helpers = new Helper[threads - 1];
        nextParts = new AtomicIntegerArray((threads + 1) * COUNTER_STRIDE);
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
        for (int worker = 0; worker < size(); worker++) {
            nextParts.setPlain(counter(worker), firstPart(worker));
        }
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

    private static int counter(int worker) {
        return (worker + 1) * COUNTER_STRIDE;
    }

    private int firstPart(int worker) {
        return (int) ((long) parts * worker / size());
    }

    /** Does the thread's own parts, then what the others have left. */
    private void takeParts(int worker) {
        try {
            Task work = task;
            for (int i = 0; i < size(); i++) {
                int owner = (worker + i) % size();
                int end = firstPart(owner + 1);
                int counter = counter(owner);
                for (int part = nextParts.getAndIncrement(counter);
                        part < end;
                        part = nextParts.getAndIncrement(counter)) {
                    work.run(part, worker);
                }
            }
        } catch (Throwable thrown) {
            failure = thrown;
        }
    }

    private void awaitHelpers() {
        if (spin(() -> working.get() == 0)) {
            return;
        }
        waitingCaller = Thread.currentThread();
        while (working.get() != 0) {
            LockSupport.park(this);
        }
        waitingCaller = null;
    }

    /** Looks for a while; whether the condition came true. */
    private static boolean spin(BooleanSupplier condition) {
        long start = System.nanoTime();
        do {
            for (int i = 0; i < SPINS_PER_LOOK; i++) {
                if (condition.getAsBoolean()) {
                    return true;
                }
                Thread.onSpinWait();
            }
        } while (System.nanoTime() - start < SPIN_NANOS);
        return false;
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
            if (spin(() -> generation.get() != seen)) {
                return true;
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
