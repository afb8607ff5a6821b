package io.intramuros.chat;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Remembers what it heard. */
final class Heard implements AnswerListener {
    final StringBuilder text = new StringBuilder();
    final CompletableFuture<AnswerSummary> end = new CompletableFuture<>();
    private final Runnable atEnd;

    Heard() {
        this(() -> {});
    }

    Heard(Runnable atEnd) {
        this.atEnd = atEnd;
    }

    @Override
    public void onText(String piece) {
        text.append(piece);
    }

    @Override
    public void onFinished(AnswerSummary summary) {
        atEnd.run();
        if (!end.complete(summary)) {
            throw new AssertionError("the end was told twice");
        }
    }

    Optional<AnswerSummary> endIfTold() {
        return Optional.ofNullable(end.getNow(null));
    }

    AnswerSummary awaitEnd() throws Exception {
        return end.get(20, TimeUnit.SECONDS);
    }
}
