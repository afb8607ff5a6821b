package io.intramuros.web.api;

import static io.intramuros.web.SseEvents.event;

import io.intramuros.chat.Answer;
import io.intramuros.chat.AnswerSummary;
import io.intramuros.web.Heartbeat;
import io.intramuros.web.SseEvents;
import java.time.Instant;

/** A completion that is sent as it is written. */
final class StreamedCompletion extends Completion {
    private static final String DONE = "[DONE]";

    private final boolean includeUsage;
    private final StringBuilder early = new StringBuilder();
    private CompletionJson json;
    private AnswerSummary earlyEnd;

    StreamedCompletion(boolean includeUsage) {
        this.includeUsage = includeUsage;
    }

    @Override
    String mediaType() {
        return SseEvents.MEDIA_TYPE;
    }

    @Override
    Heartbeat heartbeat() {
        return Heartbeat.COMMENT;
    }

    @Override
    synchronized void begin(Answer answer, Instant at) {
        json = new CompletionJson(answer.requestId(), at, answer.model());
        body.write(event(json.opening(includeUsage)));
        if (!early.isEmpty()) {
            onText(early.toString());
        }
        if (earlyEnd != null) {
            onFinished(earlyEnd);
        }
    }

    @Override
    public synchronized void onText(String text) {
        if (json == null) {
            early.append(text);
        } else {
            body.write(event(json.text(text, includeUsage)));
        }
    }

    @Override
    public synchronized void onFinished(AnswerSummary summary) {
        if (json == null) {
            earlyEnd = summary;
            return;
        }
        StringBuilder last = new StringBuilder();
        if (isWhole(summary)) {
            last.append(event(json.closing(summary, includeUsage)));
            if (includeUsage) {
                last.append(event(json.usageChunk(summary)));
            }
        } else {
            last.append(event(brokenOff(summary).toJson().toString()));
        }
        body.end(last.append(event(DONE)).toString());
    }
}
