package io.intramuros.chat;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The answers on their way on this server. */
@ApplicationScoped
class RunningAnswers {
    private static final Logger LOG = Logger.getLogger(RunningAnswers.class.getName());

    /** An engine stops an answer within a step, and a row is written in milliseconds. */
    private static final Duration FAREWELL = Duration.ofSeconds(5);

    private final Map<String, RunningAnswer> byRequest = new ConcurrentHashMap<>();

    void add(RunningAnswer answer) {
        byRequest.put(answer.requestId(), answer);
    }

    void remove(RunningAnswer answer) {
        byRequest.remove(answer.requestId(), answer);
    }

    /** Stops the answer to a request, if it runs here. */
    void cancel(String requestId) {
        RunningAnswer answer = byRequest.get(requestId);
        if (answer != null) {
            answer.cancel();
        }
    }

    /** Stops them all and waits until they are settled. */
    void stopAll() {
        List<RunningAnswer> answers = List.copyOf(byRequest.values());
        if (answers.isEmpty()) {
            return;
        }
        LOG.log(Level.INFO, "Stopping {0} answers, because the application stops.", answers.size());
        answers.forEach(RunningAnswer::cancel);
        try {
            for (RunningAnswer answer : answers) {
                if (!answer.awaitSettled(FAREWELL)) {
                    LOG.log(Level.WARNING, "Request {0} is settled at the next start.", answer.requestId());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
