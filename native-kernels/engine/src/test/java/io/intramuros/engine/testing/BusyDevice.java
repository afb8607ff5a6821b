package io.intramuros.engine.testing;

import io.intramuros.kernels.Backend;
import io.intramuros.kernels.PendingTokens;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A real backend that computes its steps on a thread of its own, as a device does: the step loop goes on meanwhile, and
 * hears of a fault when it awaits the tokens.
 */
final class BusyDevice {
    private static final Set<String> QUEUED = Set.of(
            "beginStep", "embed", "queryKeyValue", "rotateAndStore", "attend", "projectAdd", "gatedUp", "endStep");

    private final Backend real;
    private final ExecutorService device = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("busy-device").factory());
    private CompletableFuture<Object> queue = CompletableFuture.completedFuture(null);

    private BusyDevice(Backend real) {
        this.real = real;
    }

    static Backend of(Backend real) {
        BusyDevice device = new BusyDevice(real);
        return (Backend) Proxy.newProxyInstance(
                Backend.class.getClassLoader(),
                new Class<?>[] {Backend.class},
                (proxy, method, arguments) -> device.call(method, arguments));
    }

    private Object call(Method method, Object[] arguments) throws Throwable {
        if (method.getName().equals("beginStep")) {
            queue = queue.exceptionally(fault -> null);
            queue.join();
        }
        if (QUEUED.contains(method.getName())) {
            queue = queue.thenApplyAsync(done -> onDevice(method, arguments), device);
            return null;
        }
        return switch (method.getName()) {
            case "asynchronous" -> true;
            case "sample" -> sample(method, arguments);
            case "close" -> {
                device.close();
                yield invoke(method, arguments);
            }
            default -> invoke(method, arguments);
        };
    }

    private PendingTokens sample(Method method, Object[] arguments) {
        CompletableFuture<PendingTokens> drawn =
                queue.thenApplyAsync(done -> (PendingTokens) onDevice(method, arguments), device);
        queue = drawn.thenApply(tokens -> tokens);
        return () -> result(drawn).await();
    }

    private static <T> T result(CompletableFuture<T> task) {
        try {
            return task.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
    }

    private Object onDevice(Method method, Object[] arguments) {
        try {
            return invoke(method, arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private Object invoke(Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(real, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
