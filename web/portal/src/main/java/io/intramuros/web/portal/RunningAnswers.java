package io.intramuros.web.portal;

import io.intramuros.chat.Answer;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The answers being written on some page now, so that a button on that page can stop them. */
@ApplicationScoped
public class RunningAnswers {
    private final Map<String, Running> byRequest = new ConcurrentHashMap<>();

    private record Running(String sessionId, Answer answer) {}

    /** Remembers an answer until {@link #ended}. */
    public void began(String sessionId, Answer answer) {
        byRequest.put(answer.requestId(), new Running(sessionId, answer));
    }

    /** Forgets an answer. */
    public void ended(String requestId) {
        byRequest.remove(requestId);
    }

    /** Stops an answer, if it is this session's and still running. */
    public void stop(String sessionId, String requestId) {
        Running running = byRequest.get(requestId);
        if (running != null && running.sessionId().equals(sessionId)) {
            running.answer().cancel();
        }
    }

    /** Stops everything this session asked. */
    public void stopAll(String sessionId) {
        byRequest.values().stream()
                .filter(running -> running.sessionId().equals(sessionId))
                .forEach(running -> running.answer().cancel());
    }
}
