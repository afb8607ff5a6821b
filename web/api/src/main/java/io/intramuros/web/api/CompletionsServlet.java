package io.intramuros.web.api;

import io.intramuros.chat.Answer;
import io.intramuros.chat.ChatRequest;
import io.intramuros.chat.ChatService;
import io.intramuros.chat.Door;
import io.intramuros.web.Caller;
import io.intramuros.web.RequestBody;
import io.intramuros.web.RequestIds;
import jakarta.annotation.Resource;
import jakarta.ejb.EJB;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;

/**
 * {@code POST /v1/chat/completions}. A servlet rather than a resource, because the response is written without a thread
 * of its own: the worker thread that brought the question is free again once it is queued.
 */
@WebServlet(urlPatterns = "/v1/chat/completions", asyncSupported = true)
public class CompletionsServlet extends HttpServlet {
    /** The most bytes a request may have; a whole context of 128 Ki tokens is well below a mebibyte of text. */
    static final int BODY_LIMIT_BYTES = Integer.getInteger("intramuros.api.body-limit", 4 * 1024 * 1024);

    private static final Logger LOG = System.getLogger(CompletionsServlet.class.getName());

    @EJB
    private transient ChatService chat;

    @Resource
    private transient ManagedScheduledExecutorService timer;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            answer(request, response);
        } catch (RuntimeException e) {
            ApiError error = Failures.of(e);
            if (error.status() == 500) {
                LOG.log(Level.ERROR, "Request " + RequestIds.of(request) + " failed", e);
            }
            ErrorResponses.send(response, error);
        }
    }

    private void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        CompletionRequest asked = CompletionRequest.of(RequestBody.readObject(request, BODY_LIMIT_BYTES));
        Completion completion = asked.stream() ? new StreamedCompletion(asked.includeUsage()) : new WholeCompletion();
        Instant at = Instant.now();
        Answer answer = chat.ask(
                new ChatRequest(
                        RequestIds.of(request),
                        Door.API,
                        Caller.clientId(request),
                        asked.model(),
                        asked.turns(),
                        asked.sampling()),
                completion);
        response.setContentType(completion.mediaType());
        response.setCharacterEncoding("utf-8");
        response.setHeader("Cache-Control", "no-store");
        // A proxy in front must pass each token on, not gather them.
        response.setHeader("X-Accel-Buffering", "no");
        try {
            completion.body().start(request, response, completion.heartbeat(), timer, answer::cancel);
            completion.begin(answer, at);
        } catch (IOException | RuntimeException e) {
            answer.cancel();
            throw e;
        }
    }
}
