package io.intramuros.web;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A response body that any thread may add to, and that blocks none: what the reader is not yet ready for waits in a
 * bounded buffer, and the container's own threads send it when there is room.
 *
 * <p>A connection that nothing is written to never tells that the reader has left, so an idle stream writes a
 * heartbeat. A reader that has left, that stands still for {@link #STALL_LIMIT}, or that lags behind by more than
 * {@link #CAPACITY_BYTES} is given up: {@code onGone} runs once, and what is written afterwards is dropped.
 *
 * <p>Life: text may be written at once, is kept until {@link #start}, and the body ends with {@link #end} or {@link #fail}.
 */
public final class ResponseStream {
    /** The most that waits for a slow reader: some thousand chunks of an answer. */
    public static final int CAPACITY_BYTES = 512 * 1024;

    /** How long a reader may take nothing before it is given up. */
    public static final Duration STALL_LIMIT = Duration.ofSeconds(30);

    private final ReentrantLock lock = new ReentrantLock();
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();

    private HttpServletResponse response;
    private AsyncContext async;
    private ReaderConnection connection;
    private ServletOutputStream out;
    private Runnable onGone;
    private ScheduledFuture<?> heartbeat;

    /** Whether the container takes more now; only then may a writer's own thread send. */
    private boolean writable;

    private boolean unflushed;
    private boolean touched;
    private boolean ending;
    private boolean breakingOff;
    private boolean closed;
    private long lastProgressNanos;

    /**
     * Lets the body flow.
     *
     * @param request the request, which becomes asynchronous
     * @param answer its response, with status and headers set
     * @param beat what an idle body sends; it must mean nothing to the reader
     * @param timer runs the heartbeat; its tasks are short and never block
     * @param ifGone runs once if the reader is given up
     */
    public void start(
            HttpServletRequest request,
            HttpServletResponse answer,
            Heartbeat beat,
            ScheduledExecutorService timer,
            Runnable ifGone)
            throws IOException {
        AsyncContext context = request.startAsync();
        context.setTimeout(0);
        ContainerEvents events = new ContainerEvents();
        context.addListener(events);
        lock.lock();
        try {
            response = answer;
            async = context;
            connection = ReaderConnection.current();
            onGone = ifGone;
            out = answer.getOutputStream();
            lastProgressNanos = System.nanoTime();
            heartbeat = timer.scheduleWithFixedDelay(
                    () -> beat(beat.text()),
                    beat.first().toMillis(),
                    beat.interval().toMillis(),
                    TimeUnit.MILLISECONDS);
        } finally {
            lock.unlock();
        }
        out.setWriteListener(events);
    }

    /** Adds text to the body. Returns at once; does nothing after the end or for a reader that is gone. */
    public void write(String text) {
        whileLocked(() -> {
            if (ending || closed) {
                return After.NOTHING;
            }
            pending.writeBytes(text.getBytes(StandardCharsets.UTF_8));
            touched = true;
            if (pending.size() > CAPACITY_BYTES) {
                return giveUp();
            }
            return writable ? drain() : After.NOTHING;
        });
    }

    /**
     * Ends the body with some last text.
     *
     * @param text the last of it
     */
    public void end(String text) {
        write(text);
        whileLocked(() -> {
            if (ending || closed) {
                return After.NOTHING;
            }
            ending = true;
            return writable ? drain() : After.NOTHING;
        });
    }

    /**
     * Ends the body because what it should have held failed: under a status that says so, or, if something was sent
     * under another one already, by breaking the connection off after the text, so that no reader takes it for whole.
     *
     * @param status the status that tells how it went
     * @param text what went wrong
     */
    public void fail(int status, String text) {
        lock.lock();
        try {
            if (touched) {
                breakingOff = true;
            } else if (!closed && response != null) {
                response.setStatus(status);
            }
        } finally {
            lock.unlock();
        }
        end(text);
    }

    private void beat(String text) {
        whileLocked(() -> {
            if (closed) {
                return After.NOTHING;
            }
            boolean waiting = pending.size() > 0 || !writable;
            long idleNanos = System.nanoTime() - lastProgressNanos;
            if (waiting) {
                return idleNanos > STALL_LIMIT.toNanos() ? giveUp() : After.NOTHING;
            }
            pending.writeBytes(text.getBytes(StandardCharsets.UTF_8));
            touched = true;
            return drain();
        });
    }

    /** Sends what the reader has room for. The lock is held. */
    private After drain() {
        try {
            while (out.isReady()) {
                if (pending.size() > 0) {
                    byte[] next = pending.toByteArray();
                    pending.reset();
                    lastProgressNanos = System.nanoTime();
                    unflushed = true;
                    out.write(next);
                } else if (unflushed) {
                    unflushed = false;
                    out.flush();
                } else if (ending) {
                    closed = true;
                    writable = false;
                    return breakingOff ? After.BREAK_OFF : After.COMPLETE;
                } else {
                    writable = true;
                    return After.NOTHING;
                }
            }
            writable = false;
            return After.NOTHING;
        } catch (IOException | IllegalStateException e) {
            // The reader has left, or the container took the response away at shutdown: both mean nobody reads.
            return giveUp();
        }
    }

    private After giveUp() {
        if (closed) {
            return After.NOTHING;
        }
        boolean reading = !ending;
        closed = true;
        writable = false;
        pending.reset();
        return reading ? After.GIVE_UP : After.COMPLETE;
    }

    /** What is left to do once the lock is free, because it calls code of others. */
    private enum After {
        NOTHING,
        COMPLETE,
        BREAK_OFF,
        GIVE_UP
    }

    private interface Step {
        After run();
    }

    private void whileLocked(Step step) {
        After after;
        lock.lock();
        try {
            after = step.run();
        } finally {
            lock.unlock();
        }
        if (after == After.NOTHING) {
            return;
        }
        if (heartbeat != null) {
            heartbeat.cancel(false);
        }
        if (after == After.GIVE_UP && onGone != null) {
            onGone.run();
        }
        if (after == After.BREAK_OFF && connection != null) {
            connection.breakOff();
        }
        if (async != null) {
            complete();
        }
    }

    private void complete() {
        try {
            async.complete();
        } catch (IllegalStateException e) {
            // The container has ended the request already, as it does after an error of the connection.
        }
    }

    private final class ContainerEvents implements WriteListener, AsyncListener {
        @Override
        public void onWritePossible() {
            whileLocked(() -> closed ? After.COMPLETE : drain());
        }

        @Override
        public void onError(Throwable cause) {
            whileLocked(ResponseStream.this::giveUp);
        }

        @Override
        public void onError(AsyncEvent event) {
            whileLocked(ResponseStream.this::giveUp);
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            whileLocked(ResponseStream.this::giveUp);
        }

        @Override
        public void onComplete(AsyncEvent event) {
            whileLocked(ResponseStream.this::giveUp);
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            // Nothing to do: a stream starts its request once.
        }
    }
}
