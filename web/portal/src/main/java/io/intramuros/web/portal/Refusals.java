package io.intramuros.web.portal;

import io.intramuros.chat.ChatException;
import io.intramuros.chat.NoSuchConversationException;
import io.intramuros.server.DatabaseUnavailableException;
import io.intramuros.web.BadBodyException;
import io.intramuros.web.RequestIds;
import jakarta.ejb.EJBAccessException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Answers the portal's scripts when a call fails, in the reader's language. */
final class Refusals {
    private static final Logger LOG = System.getLogger(Refusals.class.getName());

    private Refusals() {}

    /** Words whatever was thrown; a fault nobody foresaw goes to the log under the request's identifier. */
    static void send(HttpServletRequest request, HttpServletResponse response, Throwable thrown) throws IOException {
        Refusal refusal = of(thrown);
        if (refusal.status() == HttpServletResponse.SC_INTERNAL_SERVER_ERROR) {
            LOG.log(Level.ERROR, "Request " + RequestIds.of(request) + " failed", thrown);
        }
        Texts texts = Texts.of(request);
        Replies.refuse(
                response,
                refusal.status(),
                refusal.kind(),
                texts.get("error." + refusal.kind(), RequestIds.of(request)));
    }

    /**
     * A refusal.
     *
     * @param status the HTTP status
     * @param kind which text says it
     */
    record Refusal(int status, String kind) {}

    static Refusal of(Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            switch (t) {
                case ChatException e -> {
                    return new Refusal(status(e.kind()), e.kind().name());
                }
                case NoSuchConversationException _ -> {
                    return new Refusal(404, "NO_CONVERSATION");
                }
                case BadBodyException e -> {
                    return new Refusal(e.status(), e.status() == 413 ? "TOO_LARGE" : "INVALID_REQUEST");
                }
                case DatabaseUnavailableException _ -> {
                    return new Refusal(503, ChatException.Kind.RECORD_UNAVAILABLE.name());
                }
                case EJBAccessException _ -> {
                    return new Refusal(403, "FORBIDDEN");
                }
                default -> {
                    // Look at what caused it.
                }
            }
        }
        return new Refusal(HttpServletResponse.SC_INTERNAL_SERVER_ERROR, "INTERNAL");
    }

    private static int status(ChatException.Kind kind) {
        return switch (kind) {
            case UNKNOWN_MODEL -> 404;
            case PROMPT_TOO_LONG, INVALID_REQUEST -> 400;
            case CONVERSATION_BUSY -> 409;
            case QUEUE_FULL, ALLOWANCE_SPENT -> 429;
            case MODEL_UNAVAILABLE, RECORD_UNAVAILABLE -> 503;
        };
    }
}
