package io.intramuros.engine.generation;

import io.intramuros.engine.GenerationListener;
import io.intramuros.engine.GenerationResult;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Carries an answer to its listener on a virtual thread of its own. The step loop only leaves text here; a listener that
 * is slow finds several pieces joined into one, a listener that throws hears nothing more but the end.
 */
final class Delivery {
    private static final System.Logger LOG = System.getLogger(Delivery.class.getName());

    private final GenerationListener listener;
    private final Consumer<Throwable> listenerFailed;
    private final CompletableFuture<GenerationResult> result = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();
    private final StringBuilder text = new StringBuilder();
    private int tokens;
    private GenerationResult end;

    /** @param listenerFailed hears, on the delivering thread, that the listener threw */
    Delivery(GenerationListener listener, Consumer<Throwable> listenerFailed) {
        this.listener = listener;
        this.listenerFailed = listenerFailed;
    }

    void start() {
        Thread.ofVirtual().name("intramuros-answer").start(this::deliver);
    }

    /** Completed when the listener has heard the end. */
    CompletionStage<GenerationResult> result() {
        return result.minimalCompletionStage();
    }

    /** Leaves a piece of text; {@code drawn} tokens have been drawn so far. */
    void text(String piece, int drawn) {
        lock.lock();
        try {
            text.append(piece);
            tokens = drawn;
            more.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Leaves the end. */
    void end(GenerationResult how) {
        lock.lock();
        try {
            end = how;
            more.signal();
        } finally {
            lock.unlock();
        }
    }

    private void deliver() {
        boolean listening = true;
        Piece piece = await();
        while (!piece.text.isEmpty()) {
            listening = listening && tell(piece);
            piece = await();
        }
        try {
            listener.onFinished(piece.end);
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.WARNING, "A listener failed when it was told the end of its answer", e);
        } finally {
            result.complete(piece.end);
        }
    }

    private boolean tell(Piece piece) {
        try {
            listener.onText(piece.text, piece.tokens);
            return true;
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.DEBUG, "A listener failed; its answer is cancelled", e);
            listenerFailed.accept(e);
            return false;
        }
    }

    /** All text that has come meanwhile, or the end once there is no more text. */
    private Piece await() {
        lock.lock();
        try {
            while (text.isEmpty() && end == null) {
                more.awaitUninterruptibly();
            }
            Piece piece = new Piece(text.toString(), tokens, end);
            text.setLength(0);
            return piece;
        } finally {
            lock.unlock();
        }
    }

    private record Piece(String text, int tokens, GenerationResult end) {}
}
