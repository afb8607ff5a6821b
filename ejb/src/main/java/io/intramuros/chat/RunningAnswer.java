package io.intramuros.chat;

import io.intramuros.engine.FinishReason;
import io.intramuros.engine.Generation;
import io.intramuros.engine.GenerationListener;
import io.intramuros.engine.GenerationResult;
import io.intramuros.persistence.usage.UsageOutcome;
import io.intramuros.persistence.usage.UsageStatus;
import io.intramuros.usage.UsageMeter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;

/** One answer on its way: passes text on, and settles the record at the end, whatever the end. */
final class RunningAnswer implements Answer, GenerationListener {
    private static final Logger LOG = Logger.getLogger(RunningAnswer.class.getName());

    private final UsageMeter.Metered metered;
    private final ModelDescription model;
    private final AnswerListener listener;
    private final UsageMeter meter;
    private final RunningAnswers running;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final CountDownLatch settled = new CountDownLatch(1);
    private Generation generation;
    private volatile boolean cancelled;

    RunningAnswer(
            UsageMeter.Metered metered,
            ModelDescription model,
            AnswerListener listener,
            UsageMeter meter,
            RunningAnswers running) {
        this.metered = metered;
        this.model = model;
        this.listener = listener;
        this.meter = meter;
        this.running = running;
    }

    @Override
    public String requestId() {
        return metered.opening().requestId();
    }

    @Override
    public ModelDescription model() {
        return model;
    }

    @Override
    public void cancel() {
        Generation toCancel;
        synchronized (this) {
            cancelled = true;
            toCancel = generation;
        }
        if (toCancel != null) {
            toCancel.cancel();
        }
    }

    /** The engine took it. Whoever cancelled before that has not been heard yet. */
    void started(Generation taken) {
        boolean cancelNow;
        synchronized (this) {
            generation = taken;
            cancelNow = cancelled;
        }
        if (cancelNow) {
            taken.cancel();
        }
    }

    /** The engine did not take it: its row is settled, and the listener hears nothing. */
    void refused(UsageOutcome outcome) {
        if (ended.compareAndSet(false, true)) {
            meter.settle(metered, outcome, this::leave);
        }
    }

    @Override
    public void onText(String text, int tokens) {
        if (cancelled) {
            return;
        }
        try {
            listener.onText(text);
        } catch (RuntimeException e) {
            // Nobody reads on, most often because the client went away: stop computing.
            LOG.log(Level.FINE, "The reader of request " + requestId() + " is gone", e);
            cancel();
        }
    }

    @Override
    public void onFinished(GenerationResult result) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        AnswerSummary.Outcome outcome = outcome(result);
        Optional<String> failure = outcome == AnswerSummary.Outcome.FAILED ? result.error() : Optional.empty();
        UsageOutcome record = new UsageOutcome(
                UsageStatus.valueOf(outcome.name()),
                meter.now(),
                result.promptTokens(),
                result.completionTokens(),
                result.timeToFirstToken().map(Duration::toMillis).orElse(null),
                result.duration().toMillis(),
                failure.orElse(null));
        meter.settle(metered, record, () -> {
            leave();
            tell(new AnswerSummary(
                    requestId(),
                    model,
                    outcome,
                    result.promptTokens(),
                    result.completionTokens(),
                    result.timeToFirstToken(),
                    result.duration(),
                    failure));
        });
    }

    /** An engine that is shut down cancels its answers and says so: for the person who waits, that is a failure. */
    private AnswerSummary.Outcome outcome(GenerationResult result) {
        if (result.reason() == FinishReason.CANCELLED && result.error().isPresent() && !cancelled) {
            return AnswerSummary.Outcome.FAILED;
        }
        return AnswerSummary.Outcome.valueOf(result.reason().name());
    }

    private void tell(AnswerSummary summary) {
        try {
            listener.onFinished(summary);
        } catch (RuntimeException e) {
            LOG.log(Level.FINE, "The reader of request " + requestId() + " did not hear the end", e);
        }
    }

    private void leave() {
        running.remove(this);
        settled.countDown();
    }

    /** Waits until the row is settled, or until that is left to the next start. */
    boolean awaitSettled(Duration most) throws InterruptedException {
        return settled.await(most.toMillis(), TimeUnit.MILLISECONDS);
    }
}
