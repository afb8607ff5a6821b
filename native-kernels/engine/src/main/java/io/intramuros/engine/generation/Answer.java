package io.intramuros.engine.generation;

import io.intramuros.engine.FinishReason;
import io.intramuros.engine.Generation;
import io.intramuros.engine.GenerationListener;
import io.intramuros.engine.GenerationRequest;
import io.intramuros.engine.GenerationResult;
import io.intramuros.engine.Sampling;
import io.intramuros.engine.scheduler.Sequence;
import io.intramuros.engine.tokenizer.IncrementalDetokenizer;
import io.intramuros.engine.tokenizer.Tokenizer;
import io.intramuros.kernels.SampledToken;
import io.intramuros.kernels.SamplingRow;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * A request on its way to becoming an answer. The step loop owns it; {@link #cancel} and {@link #result} are for every
 * thread.
 */
public final class Answer extends Sequence implements Generation {
    private final GenerationRequest request;
    private final int longest;
    private final Set<Integer> endTokens;
    private final IncrementalDetokenizer detokenizer;
    private final StopMatcher stop;
    private final Delivery delivery;
    private final long submittedNanos = System.nanoTime();
    private long firstTokenNanos;
    private boolean over;
    private boolean untold;
    private volatile Cancellation cancellation;

    /** Why an answer was cancelled: by its owner, without a word, or because its listener failed. */
    private record Cancellation(Optional<String> reason) {}

    /**
     * @param request what was asked; its prompt leaves room for a token
     * @param contextTokens the most tokens of prompt and answer together
     * @param tokenizer of the model
     * @param listener hears the answer
     */
    public Answer(GenerationRequest request, int contextTokens, Tokenizer tokenizer, GenerationListener listener) {
        super(request.prompt().tokens());
        this.request = request;
        longest = (int) Math.min(contextTokens, (long) promptLength() + request.maxTokens());
        endTokens = request.ignoreEndOfText() ? Set.of() : tokenizer.endTokens();
        detokenizer = tokenizer.detokenizer();
        stop = new StopMatcher(request.stop());
        delivery = new Delivery(listener, this::listenerFailed);
    }

    /** Begins to deliver. To be called once, before the step loop sees the answer. */
    public void start() {
        delivery.start();
    }

    @Override
    public void cancel() {
        cancellation = new Cancellation(Optional.empty());
    }

    @Override
    public CompletionStage<GenerationResult> result() {
        return delivery.result();
    }

    /** The tokens drawn; for after the end. */
    public int[] drawnTokens() {
        return Arrays.copyOfRange(tokens(), promptLength(), length());
    }

    /** Whether it is to end without being finished. */
    public boolean cancelled() {
        return cancellation != null;
    }

    /** How its next token is drawn. */
    public SamplingRow samplingRow() {
        Sampling sampling = request.sampling();
        return new SamplingRow(
                sampling.temperature(), sampling.topK(), sampling.topP(), sampling.seed(), length(), -1, 0);
    }

    /** Takes the next token. What it means as text is told later, by {@link #tell}: before the next one is taken. */
    public void take(SampledToken token) {
        if (drawn() == 0) {
            firstTokenNanos = System.nanoTime();
        }
        append(token.id());
        untold = true;
        over = length() == longest || endTokens.contains(token.id());
    }

    /** Whether nothing can follow: its last token was taken, or it was ended. */
    public boolean over() {
        return over;
    }

    /**
     * Gives the listener the text that the token taken last completes.
     *
     * @return why the answer has ended with it, or empty if it goes on
     */
    public Optional<FinishReason> tell() {
        if (!untold) {
            return Optional.empty();
        }
        untold = false;
        int token = tokens()[length() - 1];
        boolean ended = endTokens.contains(token);
        if (!ended) {
            show(stop.accept(detokenizer.append(token)));
        }
        if (over && !stop.matched()) {
            showRest();
        }
        if (ended || stop.matched()) {
            return Optional.of(FinishReason.STOP);
        }
        return over ? Optional.of(FinishReason.LENGTH) : Optional.empty();
    }

    /** Tells the listener that it is over. To be called once, when its blocks are free. */
    public void end(FinishReason reason, Optional<String> error) {
        over = true;
        Optional<String> why = reason == FinishReason.CANCELLED && cancellation != null ? cancellation.reason : error;
        long now = System.nanoTime();
        delivery.end(new GenerationResult(
                reason,
                promptLength(),
                reused(),
                drawn(),
                drawn() == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(firstTokenNanos - submittedNanos)),
                Duration.ofNanos(now - submittedNanos),
                why));
    }

    private void showRest() {
        show(stop.accept(detokenizer.finish()));
        show(stop.finish());
    }

    private void show(String text) {
        if (!text.isEmpty()) {
            delivery.text(text, drawn());
        }
    }

    private void listenerFailed(Throwable failure) {
        cancellation = new Cancellation(
                Optional.of("its listener failed: " + failure.getClass().getSimpleName()));
    }
}
