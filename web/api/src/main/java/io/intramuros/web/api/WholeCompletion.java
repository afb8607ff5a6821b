package io.intramuros.web.api;

import io.intramuros.chat.Answer;
import io.intramuros.chat.AnswerSummary;
import io.intramuros.web.Heartbeat;
import java.time.Instant;

/** A completion that is sent in one piece at its end. */
final class WholeCompletion extends Completion {
    private final StringBuilder text = new StringBuilder();
    private CompletionJson json;
    private AnswerSummary summary;

    @Override
    String mediaType() {
        return ErrorResponses.JSON;
    }

    @Override
    Heartbeat heartbeat() {
        return Heartbeat.WHITE_SPACE;
    }

    @Override
    synchronized void begin(Answer answer, Instant at) {
        json = new CompletionJson(answer.requestId(), at, answer.model());
        sendIfReady();
    }

    @Override
    public synchronized void onText(String more) {
        text.append(more);
    }

    @Override
    public synchronized void onFinished(AnswerSummary end) {
        summary = end;
        sendIfReady();
    }

    private void sendIfReady() {
        if (json == null || summary == null) {
            return;
        }
        if (isWhole(summary)) {
            body.end(json.whole(text.toString(), summary));
        } else {
            ApiError error = brokenOff(summary);
            body.fail(error.status(), error.toJson().toString());
        }
    }
}
