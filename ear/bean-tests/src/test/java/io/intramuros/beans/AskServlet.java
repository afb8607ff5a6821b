package io.intramuros.beans;

import io.intramuros.chat.AnswerListener;
import io.intramuros.chat.AnswerSummary;
import io.intramuros.chat.ChatRequest;
import io.intramuros.chat.ChatService;
import io.intramuros.chat.Door;
import io.intramuros.chat.SamplingOptions;
import io.intramuros.chat.Turn;
import io.intramuros.engine.EngineRegistry;
import io.intramuros.engine.FinishReason;
import io.intramuros.engine.MutableEngineRegistry;
import io.intramuros.pool.ScriptedEngine;
import io.intramuros.usage.UsageFilter;
import io.intramuros.usage.UsageRecord;
import io.intramuros.usage.UsageService;
import jakarta.annotation.Resource;
import jakarta.ejb.EJB;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;

/** Asks a question and does not wait for its answer; says how the row of a request stands. */
@WebServlet("/ask")
public class AskServlet extends HttpServlet {
    private static final String ENGINE = "an-engine-of-the-server";

    @Resource(lookup = EngineRegistry.JNDI_NAME)
    private EngineRegistry engines;

    @EJB
    private Ada ada;

    @EJB(lookup = "java:app/intramuros-ejb/ChatService")
    private ChatService chat;

    @EJB(lookup = "java:app/intramuros-ejb/UsageService")
    private UsageService usage;

    /** {@code request}: the identifier; {@code heeds}: whether the engine ends an answer that is cancelled. */
    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws ServletException {
        MutableEngineRegistry registry = (MutableEngineRegistry) engines;
        registry.find(ENGINE).ifPresent(registry::remove);
        ScriptedEngine engine = new ScriptedEngine(ENGINE, "scripted");
        if (Boolean.parseBoolean(request.getParameter("heeds"))) {
            engine.atCancel(submission -> Thread.ofVirtual().start(() -> submission.end(FinishReason.CANCELLED, null)));
        }
        registry.add(engine);
        asAda(() -> chat.ask(
                new ChatRequest(
                        request.getParameter("request"),
                        Door.API,
                        "client",
                        "scripted",
                        List.of(new Turn(Turn.Role.USER, "hello")),
                        SamplingOptions.DEFAULT),
                new Deaf()));
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        List<String> rows = asAda(() -> usage.mine(UsageFilter.ANY, 0, 100)).rows().stream()
                .filter(row -> row.requestId().equals(request.getParameter("request")))
                .map(UsageRecord::status)
                .toList();
        response.getWriter().print(rows);
    }

    private <T> T asAda(Callable<T> work) throws ServletException {
        try {
            return ada.call(work);
        } catch (Exception e) {
            throw new ServletException(e);
        }
    }

    /** Hears nothing. */
    private static final class Deaf implements AnswerListener {
        @Override
        public void onText(String text) {}

        @Override
        public void onFinished(AnswerSummary summary) {}
    }
}
