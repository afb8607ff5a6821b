package io.intramuros.web.portal;

import static io.intramuros.web.SseEvents.event;

import io.intramuros.chat.Answer;
import io.intramuros.chat.AnswerListener;
import io.intramuros.chat.AnswerSummary;
import io.intramuros.chat.ModelDescription;
import io.intramuros.web.ResponseStream;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.util.UUID;

/**
 * An answer on its way to the chat page, as the events {@code started}, {@code text} and {@code finished}. Its text may
 * come before {@link #begin}; it waits until the page has heard what is answering.
 */
final class PageAnswer implements AnswerListener {
    private final ResponseStream body;
    private final Texts texts;
    private final Runnable ifFinished;
    private final StringBuilder early = new StringBuilder();
    private AnswerSummary earlyEnd;
    private boolean begun;

    PageAnswer(ResponseStream body, Texts texts, Runnable ifFinished) {
        this.body = body;
        this.texts = texts;
        this.ifFinished = ifFinished;
    }

    /** The answer is accepted: tells the page where it belongs. */
    synchronized void begin(Answer answer, UUID conversation, String title) {
        begun = true;
        JsonObject started = Json.createObjectBuilder()
                .add("request", answer.requestId())
                .add("conversation", conversation.toString())
                .add("title", title)
                .build();
        body.write(event("started", started.toString()));
        if (!early.isEmpty()) {
            onText(early.toString());
        }
        if (earlyEnd != null) {
            onFinished(earlyEnd);
        }
    }

    @Override
    public synchronized void onText(String text) {
        if (!begun) {
            early.append(text);
            return;
        }
        body.write(event(
                "text", Json.createObjectBuilder().add("text", text).build().toString()));
    }

    @Override
    public synchronized void onFinished(AnswerSummary summary) {
        if (!begun) {
            earlyEnd = summary;
            return;
        }
        ModelDescription model = summary.model();
        JsonObject finished = Json.createObjectBuilder()
                .add("outcome", summary.outcome().name())
                .add(
                        "facts",
                        AnswerFactsText.of(
                                texts,
                                model.displayName(),
                                model.precision(),
                                summary.promptTokens(),
                                summary.completionTokens(),
                                summary.outcome()))
                .build();
        ifFinished.run();
        body.end(event("finished", finished.toString()));
    }
}
