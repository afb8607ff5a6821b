package io.intramuros.web.portal;

import io.intramuros.chat.Answer;
import io.intramuros.chat.ConversationService;
import io.intramuros.chat.ConversationSummary;
import io.intramuros.web.BadBodyException;
import io.intramuros.web.Caller;
import io.intramuros.web.Heartbeat;
import io.intramuros.web.RequestBody;
import io.intramuros.web.RequestIds;
import io.intramuros.web.ResponseStream;
import io.intramuros.web.SseEvents;
import jakarta.annotation.Resource;
import jakarta.ejb.EJB;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.inject.Inject;
import jakarta.json.JsonObject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.UUID;

/**
 * Asks for the chat page: {@code POST /answers} with {@code {"conversation", "model", "question"}} streams the answer,
 * {@code DELETE /answers/ID} stops it. Without a conversation a new one begins.
 */
@WebServlet(urlPatterns = "/answers/*", asyncSupported = true)
public class AnswersServlet extends HttpServlet {
    /** Far more than any model's context holds, and little enough to keep in memory. */
    private static final int BODY_LIMIT_BYTES = 1024 * 1024;

    @EJB
    private transient ConversationService conversations;

    @Inject
    private transient RunningAnswers running;

    @Resource
    private transient ManagedScheduledExecutorService timer;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            answer(request, response, Question.of(RequestBody.readObject(request, BODY_LIMIT_BYTES)));
        } catch (RuntimeException e) {
            Refusals.send(request, response, e);
        }
    }

    @Override
    protected void doDelete(HttpServletRequest request, HttpServletResponse response) {
        String path = request.getPathInfo();
        if (path != null) {
            running.stop(request.getSession().getId(), path.substring(1));
        }
        // Stopping what has ended already is what was wanted, too.
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    }

    private void answer(HttpServletRequest request, HttpServletResponse response, Question question)
            throws IOException {
        UUID conversation =
                question.conversation() == null ? conversations.create().id() : question.conversation();
        String requestId = RequestIds.of(request);
        ResponseStream body = new ResponseStream();
        PageAnswer page = new PageAnswer(body, Texts.of(request), () -> running.ended(requestId));
        Answer answer;
        try {
            answer = conversations.ask(
                    conversation, requestId, Caller.clientId(request), question.model(), question.text(), page);
        } catch (RuntimeException e) {
            forgetIfNew(question, conversation, e);
            throw e;
        }
        running.began(request.getSession().getId(), answer);
        response.setContentType(SseEvents.MEDIA_TYPE);
        response.setCharacterEncoding("utf-8");
        // A proxy in front must pass each token on, not gather them.
        response.setHeader("X-Accel-Buffering", "no");
        try {
            body.start(request, response, Heartbeat.COMMENT, timer, answer::cancel);
            page.begin(answer, conversation, title(conversation));
        } catch (IOException | RuntimeException e) {
            answer.cancel();
            throw e;
        }
    }

    /** A conversation whose first question was refused would be an empty line in the list. */
    private void forgetIfNew(Question question, UUID conversation, RuntimeException refusal) {
        if (question.conversation() != null) {
            return;
        }
        try {
            conversations.delete(conversation);
        } catch (RuntimeException e) {
            refusal.addSuppressed(e);
        }
    }

    private String title(UUID conversation) {
        return conversations.list().stream()
                .filter(summary -> summary.id().equals(conversation))
                .map(ConversationSummary::title)
                .findFirst()
                .orElse("");
    }

    /**
     * What the page sends.
     *
     * @param conversation where it belongs, or {@code null} for a new one
     * @param model the model asked for, or {@code null} for the house's default
     * @param text the question
     */
    private record Question(UUID conversation, String model, String text) {
        static Question of(JsonObject json) {
            String text = json.getString("question", "").replace("\u0000", "");
            if (text.isBlank()) {
                throw new BadBodyException(400, "The question is empty.");
            }
            return new Question(
                    Ids.parseOrNull(json.getString("conversation", null)), json.getString("model", null), text);
        }
    }
}
