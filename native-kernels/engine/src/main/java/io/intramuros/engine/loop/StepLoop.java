package io.intramuros.engine.loop;

import io.intramuros.engine.EnginePace;
import io.intramuros.engine.EngineStatistics;
import io.intramuros.engine.EngineUnavailableException;
import io.intramuros.engine.FinishReason;
import io.intramuros.engine.QueueFullException;
import io.intramuros.engine.cache.KvCache;
import io.intramuros.engine.decoder.LoadedModel;
import io.intramuros.engine.generation.Answer;
import io.intramuros.engine.scheduler.Chunk;
import io.intramuros.engine.scheduler.Scheduler;
import io.intramuros.engine.thermal.ThermalPolicy;
import io.intramuros.kernels.DeviceFailedException;
import io.intramuros.kernels.PendingTokens;
import io.intramuros.kernels.SampledToken;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Turns requests into answers, step by step, on the one thread that calls {@link #run}: take in new requests, let go of
 * cancelled ones, plan, compute, hand out tokens.
 *
 * <p>A device of its own is kept busy: it gets the next step as soon as the last one's tokens are known, and those become
 * text while it computes. A stop text is found then with one more token on its way, which is dropped. The plan itself waits
 * for the tokens: it takes microseconds, and made earlier it would have a request that comes meanwhile wait a step longer.
 *
 * <p>A fault of one sequence (logits that are not finite, a token that cannot become text) ends that sequence. A step that
 * throws ends the requests that were in it, and the loop goes on with the others; {@value #FAILURES_IN_A_ROW} such steps
 * in a row, a {@link DeviceFailedException} or an {@link Error} mean that the device or the engine is broken: every request
 * ends, and the loop with them. Whatever happens, each request that was taken in hears its end exactly once.
 */
public final class StepLoop {
    private static final System.Logger LOG = System.getLogger(StepLoop.class.getName());

    private static final int FAILURES_IN_A_ROW = 3;

    /** How often a loop that drains and has nothing to compute looks whether it may go on. */
    private static final long PAUSE_NANOS = Duration.ofMillis(100).toNanos();

    private final String name;
    private final LoadedModel loaded;
    private final KvCache cache;
    private final Scheduler<Answer> scheduler;
    private final Meter meter;
    private final Pacing pacing;
    private final int mostOpen;
    private final int places;
    private final List<Answer> untold = new ArrayList<>();
    private int failuresInARow;
    private boolean paused;

    // Shared with the threads that submit.
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Deque<Answer> arrived = new ArrayDeque<>();
    private int open;
    private boolean closing;

    /**
     * @param name the engine's, for messages
     * @param loaded the model; nobody else computes with it meanwhile
     * @param places the most requests answered at once
     * @param maxQueue the most that wait
     * @param tokenBudget the most tokens in a step
     * @param heat what the temperatures of the model's GPUs allow
     */
    public StepLoop(String name, LoadedModel loaded, int places, int maxQueue, int tokenBudget, ThermalPolicy heat) {
        this.name = name;
        this.loaded = loaded;
        this.places = places;
        this.mostOpen = (int) Math.min(Integer.MAX_VALUE, (long) places + maxQueue);
        cache = loaded.newCache();
        scheduler = new Scheduler<>(cache, places, tokenBudget);
        pacing = new Pacing(name, heat, loaded::deviceReadings);
        meter = new Meter(loaded.blockBytes(), cache.blocks());
    }

    /**
     * Takes a request in. From any thread.
     *
     * @throws QueueFullException if too many are waiting
     * @throws EngineUnavailableException if the loop is ending, or its GPUs are too hot
     */
    public void submit(Answer answer) {
        EnginePace pace = pacing.now();
        if (pace.speed() == EnginePace.Speed.DRAINING) {
            throw new EngineUnavailableException("The engine " + name + " takes no requests. " + pace.detail());
        }
        lock.lock();
        try {
            if (closing) {
                throw new EngineUnavailableException("The engine " + name + " is shutting down.");
            }
            if (open >= mostOpen) {
                throw new QueueFullException(open - places);
            }
            open++;
            answer.start();
            arrived.add(answer);
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Asks the loop to end; {@link #run} returns within a step. From any thread. */
    public void close() {
        lock.lock();
        try {
            closing = true;
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    /** The engine's account at this moment. From any thread. */
    public EngineStatistics statistics() {
        lock.lock();
        try {
            return meter.statistics(open);
        } finally {
            lock.unlock();
        }
    }

    /** How fast it may work at this moment. From any thread. */
    public EnginePace pace() {
        return pacing.now();
    }

    /**
     * Works until {@link #close}.
     *
     * @return empty after {@code close}, or what kept it from going on
     */
    public Optional<Throwable> run() {
        Optional<Throwable> failure = Optional.empty();
        try {
            while (awaitWork()) {
                step();
            }
        } catch (RuntimeException | Error e) {
            failure = Optional.of(e);
        }
        endAll(failure.map(fault -> "The engine stopped after a fault: " + describe(fault)));
        failure.ifPresent(fault -> LOG.log(System.Logger.Level.ERROR, "The engine " + name + " cannot go on", fault));
        return failure;
    }

    /** Waits until there is something to do, and takes it in; false when the loop is to end. */
    private boolean awaitWork() {
        lock.lock();
        try {
            while (!closing && arrived.isEmpty() && scheduler.idle() && untold.isEmpty()) {
                work.awaitUninterruptibly();
            }
            if (paused) {
                pause();
            }
            arrived.forEach(scheduler::add);
            arrived.clear();
            return !closing;
        } finally {
            lock.unlock();
        }
    }

    /** Waits a moment, or less if the loop is to end. */
    private void pause() {
        long left = PAUSE_NANOS;
        while (!closing && left > 0) {
            try {
                left = work.awaitNanos(left);
            } catch (InterruptedException ignored) {
                // Only close ends the loop.
                left = 0;
            }
        }
    }

    private void step() {
        letGoOfCancelled();
        switch (pacing.now().speed()) {
            case FULL -> scheduler.full();
            case SLOW -> scheduler.half();
            case DRAINING -> scheduler.drain();
        }
        List<Chunk<Answer>> plan = scheduler.plan();
        paused = plan.isEmpty() && !scheduler.idle();
        meter.occupied(scheduler.running().size(), cache.usedBlocks());
        if (plan.isEmpty()) {
            tell();
        } else {
            compute(plan);
        }
        if (scheduler.idle()) {
            checkIntegrity();
        }
        assert checkIntegrity();
    }

    private void letGoOfCancelled() {
        for (Answer answer : scheduler.all()) {
            if (answer.cancelled()) {
                tell(answer);
                if (!answer.over()) {
                    end(answer, FinishReason.CANCELLED, Optional.empty());
                }
            }
        }
    }

    private void compute(List<Chunk<Answer>> plan) {
        Step step = Step.of(plan);
        PendingTokens tokens = begin(step);
        tell();
        SampledToken[] drawn;
        try {
            drawn = tokens.await();
        } catch (RuntimeException e) {
            stepFailed(plan, e);
            return;
        }
        failuresInARow = 0;
        meter.stepDone(step.promptTokens(), take(plan, drawn));
        if (!loaded.transformer().asynchronous()) {
            tell();
        }
    }

    /** A step that can't begin fails when its tokens are awaited, as one that can't be finished does. */
    private PendingTokens begin(Step step) {
        try {
            return loaded.transformer().step(step.batch(), step.sampling());
        } catch (RuntimeException e) {
            return () -> {
                throw e;
            };
        }
    }

    /** Returns how many tokens were taken. */
    private int take(List<Chunk<Answer>> plan, SampledToken[] drawn) {
        int next = 0;
        int taken = 0;
        for (Chunk<Answer> chunk : plan) {
            SampledToken token = chunk.last() ? drawn[next++] : null;
            Answer answer = chunk.sequence();
            if (answer.over()) {
                // Its text ended it while this step was computed.
                continue;
            }
            scheduler.computed(chunk);
            if (token != null) {
                take(answer, token);
                taken++;
            }
        }
        return taken;
    }

    private void take(Answer answer, SampledToken token) {
        if (Float.isNaN(token.logprob())) {
            String reason =
                    "The model's numbers were not finite at token " + answer.length() + "; its weights may be damaged.";
            end(answer, FinishReason.FAILED, Optional.of(reason));
            return;
        }
        answer.take(token);
        untold.add(answer);
        if (answer.over()) {
            scheduler.remove(answer);
        }
    }

    private void stepFailed(List<Chunk<Answer>> plan, RuntimeException failure) {
        LOG.log(System.Logger.Level.ERROR, "A step of the engine " + name + " failed", failure);
        String reason = "The computation failed: " + describe(failure);
        plan.stream()
                .map(Chunk::sequence)
                .filter(answer -> !answer.over())
                .forEach(answer -> end(answer, FinishReason.FAILED, Optional.of(reason)));
        if (failure instanceof DeviceFailedException) {
            throw failure;
        }
        if (++failuresInARow == FAILURES_IN_A_ROW) {
            throw new IllegalStateException(
                    FAILURES_IN_A_ROW + " steps failed one after the other, the last with " + describe(failure),
                    failure);
        }
    }

    /** Makes text of the tokens that were taken last. */
    private void tell() {
        untold.forEach(this::tell);
        untold.clear();
    }

    /** An answer that is over is known to nobody else, and hears its end here or never: whatever its text does. */
    private void tell(Answer answer) {
        Optional<FinishReason> reason;
        Optional<String> error = Optional.empty();
        try {
            reason = answer.tell();
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "The engine " + name + " could not turn a token into text", e);
            reason = Optional.of(FinishReason.FAILED);
            error = Optional.of("A token could not be turned into text: " + describe(e));
        }
        if (reason.isPresent()) {
            end(answer, reason.get(), error);
        }
    }

    /**
     * Frees what an answer holds, then tells it; so whoever hears the end finds its place free. It hears it also when the
     * cache's books turn out to be wrong.
     */
    private void end(Answer answer, FinishReason reason, Optional<String> error) {
        try {
            scheduler.remove(answer);
        } finally {
            lock.lock();
            try {
                open--;
                meter.requestDone();
                meter.occupied(scheduler.running().size(), cache.usedBlocks());
            } finally {
                lock.unlock();
            }
            answer.end(reason, error);
        }
    }

    private void endAll(Optional<String> failure) {
        lock.lock();
        try {
            closing = true;
            arrived.forEach(scheduler::add);
            arrived.clear();
        } finally {
            lock.unlock();
        }
        untold.forEach(answer -> whateverHappens(() -> tell(answer)));
        FinishReason reason = failure.isPresent() ? FinishReason.FAILED : FinishReason.CANCELLED;
        Optional<String> error = failure.or(() -> Optional.of("The engine " + name + " was shut down."));
        scheduler.all().forEach(answer -> whateverHappens(() -> end(answer, reason, error)));
    }

    /** What goes wrong with one answer's end keeps no other from hearing its own. */
    private void whateverHappens(Runnable ending) {
        try {
            ending.run();
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "The engine " + name + " did not end an answer in good order", e);
        }
    }

    private boolean checkIntegrity() {
        cache.checkIntegrity(scheduler.all().stream().map(Answer::blocks).toList());
        return true;
    }

    private static String describe(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }
}
