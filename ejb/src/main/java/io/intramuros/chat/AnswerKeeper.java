package io.intramuros.chat;

import io.intramuros.server.PatientWriter;
import java.util.UUID;

/** Passes an answer on and keeps it in its conversation at its end. */
final class AnswerKeeper implements AnswerListener {
    private final UUID conversation;
    private final ConversationStore store;
    private final PatientWriter writer;
    private final AnswerListener listener;
    private final StringBuilder text = new StringBuilder();

    AnswerKeeper(UUID conversation, ConversationStore store, PatientWriter writer, AnswerListener listener) {
        this.conversation = conversation;
        this.store = store;
        this.writer = writer;
        this.listener = listener;
    }

    @Override
    public void onText(String piece) {
        text.append(piece);
        listener.onText(piece);
    }

    @Override
    public void onFinished(AnswerSummary summary) {
        String answer = text.toString();
        writer.write(
                "the answer to request " + summary.requestId() + " in its conversation",
                () -> store.keepAnswer(conversation, summary, answer),
                () -> listener.onFinished(summary));
    }
}
