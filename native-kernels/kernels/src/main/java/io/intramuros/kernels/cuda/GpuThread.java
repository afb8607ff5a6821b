package io.intramuros.kernels.cuda;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;

/** The one thread that talks to a GPU for a backend: its context is current there and nowhere else. */
final class GpuThread implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(GpuThread.class.getName());

    private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile boolean closed;

    GpuThread(String name) {
        thread = Thread.ofPlatform().name(name).daemon().unstarted(this::work);
        thread.setContextClassLoader(GpuThread.class.getClassLoader());
        thread.start();
    }

    /** Ends by {@link #close} alone; nobody has a reason to interrupt it. */
    private void work() {
        while (!closed) {
            try {
                tasks.take().run();
            } catch (InterruptedException e) {
                LOG.log(System.Logger.Level.WARNING, "{0} was interrupted and goes on", thread.getName());
            }
        }
    }

    /** Has a task done after those before it. */
    <T> CompletableFuture<T> submit(Supplier<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        tasks.add(() -> {
            try {
                result.complete(task.get());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    /** Waits for a task's result, or throws what the task threw. */
    static <T> T join(CompletableFuture<T> task) {
        try {
            return task.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw e;
        }
    }

    /** Has the thread end once what was submitted is done; doesn't wait for it. */
    void end() {
        tasks.add(() -> closed = true);
    }

    /** Ends the thread once what was submitted is done, and waits for that. */
    @Override
    public void close() {
        join(submit(() -> {
            closed = true;
            return null;
        }));
    }
}
