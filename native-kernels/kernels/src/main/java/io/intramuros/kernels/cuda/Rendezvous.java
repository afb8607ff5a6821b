package io.intramuros.kernels.cuda;

/** Where the ranks' threads wait until all of them have come; over and over, until one says that it never will. */
final class Rendezvous {
    private final int threads;
    private int waiting;
    private long round;
    private boolean aborted;

    Rendezvous(int threads) {
        this.threads = threads;
    }

    /**
     * Waits for the others.
     *
     * @throws IllegalStateException if one of them has failed
     */
    synchronized void meet() {
        long mine = round;
        if (++waiting == threads) {
            waiting = 0;
            round++;
            notifyAll();
        }
        boolean interrupted = false;
        while (round == mine && !aborted) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (aborted) {
            throw new IllegalStateException("another GPU of the engine has failed");
        }
    }

    /** Ends all waiting, now and later. */
    synchronized void abort() {
        aborted = true;
        notifyAll();
    }
}
