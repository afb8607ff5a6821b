package io.intramuros.engine.testing;

import io.intramuros.kernels.Backend;
import io.intramuros.kernels.BackendOptions;
import io.intramuros.kernels.DeviceReading;
import io.intramuros.kernels.PendingTokens;
import io.intramuros.kernels.SampledToken;
import io.intramuros.kernels.StepBatch;
import io.intramuros.kernels.vector.VectorBackend;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The real backend, with a watcher that sees each step before it is computed, may hold it, break it or spoil its results,
 * and may have GPUs.
 */
public final class WatchedBackend {
    private final Consumer<StepBatch> beforeStep;
    private final UnaryOperator<SampledToken[]> results;
    private final Supplier<List<DeviceReading>> cards;

    /**
     * @param beforeStep hears each step; what it throws, the step throws
     * @param results may change the tokens drawn
     * @param cards what is read of its GPUs
     */
    public WatchedBackend(
            Consumer<StepBatch> beforeStep,
            UnaryOperator<SampledToken[]> results,
            Supplier<List<DeviceReading>> cards) {
        this.beforeStep = beforeStep;
        this.results = results;
        this.cards = cards;
    }

    /** A watcher without GPUs. */
    public WatchedBackend(Consumer<StepBatch> beforeStep, UnaryOperator<SampledToken[]> results) {
        this(beforeStep, results, List::of);
    }

    /** A watcher that changes nothing. */
    public WatchedBackend(Consumer<StepBatch> beforeStep) {
        this(beforeStep, UnaryOperator.identity());
    }

    /** Opens the backend as one that computes on a device of its own. */
    public Backend openAsDevice(BackendOptions options) {
        return BusyDevice.of(open(options));
    }

    /** Opens the backend. */
    public Backend open(BackendOptions options) {
        Backend real = new VectorBackend(options.threads());
        return (Backend) Proxy.newProxyInstance(
                Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("beginStep")) {
                        beforeStep.accept((StepBatch) arguments[0]);
                    }
                    if (method.getName().equals("deviceReadings")) {
                        return cards.get();
                    }
                    try {
                        Object result = method.invoke(real, arguments);
                        return method.getName().equals("sample") ? spoiled((PendingTokens) result) : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private PendingTokens spoiled(PendingTokens drawn) {
        return () -> results.apply(drawn.await());
    }
}
