package io.intramuros.server;

import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Writes what must not be lost while the database is away: at once on the caller's thread and, if that fails, again and
 * again on the server's threads until it is written or the application stops.
 */
@ApplicationScoped
public class PatientWriter {
    private static final Logger LOG = Logger.getLogger(PatientWriter.class.getName());
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /** How long those who wait for an answer's end are kept waiting for a database that is away. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Resource
    private ManagedScheduledExecutorService managedThreads;

    private final ScheduledExecutorService otherThreads;

    /** Tries again on the container's threads. */
    public PatientWriter() {
        this(null);
    }

    /** Tries again on threads of the caller's choice. */
    public PatientWriter(ScheduledExecutorService threads) {
        this.otherThreads = threads;
    }

    /**
     * Writes.
     *
     * @param what names it in the log, such as {@code the audit row of request 42}
     * @param write writes it in a transaction of its own; may run several times until it does not throw
     * @param afterwards runs once, after {@code write} succeeded or when waiting any longer helps nobody
     */
    public void write(String what, Runnable write, Runnable afterwards) {
        new Attempts(what, write, afterwards).run();
    }

    private ScheduledExecutorService threads() {
        return otherThreads != null ? otherThreads : managedThreads;
    }

    /** The tries at one thing, one after the other. */
    private final class Attempts implements Runnable {
        private final String what;
        private final Runnable write;
        private final Runnable afterwards;
        private final long startedNanos = System.nanoTime();
        private Duration pause = FIRST_PAUSE;
        private int failures;
        private boolean told;

        Attempts(String what, Runnable write, Runnable afterwards) {
            this.what = what;
            this.write = write;
            this.afterwards = afterwards;
        }

        @Override
        public void run() {
            try {
                write.run();
            } catch (RuntimeException e) {
                failed(e);
                return;
            }
            if (failures > 0) {
                LOG.log(Level.INFO, "Written after {0} failed tries: {1}.", new Object[] {failures, what});
            }
            tell();
        }

        private void failed(RuntimeException cause) {
            failures++;
            if (failures == 1) {
                LOG.log(Level.WARNING, "Could not write " + what + "; trying until the database takes it.", cause);
            }
            if (System.nanoTime() - startedNanos > PATIENCE.toNanos()) {
                tell();
            }
            try {
                var _ = threads().schedule(this, pause.toMillis(), TimeUnit.MILLISECONDS);
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            } catch (RejectedExecutionException | IllegalStateException e) {
                LOG.log(Level.SEVERE, "The application stops before it could write " + what + ".", e);
                tell();
            }
        }

        private void tell() {
            if (!told) {
                told = true;
                afterwards.run();
            }
        }
    }
}
