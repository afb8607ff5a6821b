package io.intramuros.web.portal;

import io.intramuros.chat.ConversationService;
import io.intramuros.web.BadBodyException;
import io.intramuros.web.RequestBody;
import jakarta.ejb.EJB;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.UUID;

/** {@code PUT /conversations/ID} with {@code {"title"}} renames a conversation, {@code DELETE} deletes it. */
@WebServlet(urlPatterns = "/conversations/*")
public class ConversationsServlet extends HttpServlet {
    private static final int BODY_LIMIT_BYTES = 16 * 1024;
    private static final int LONGEST_TITLE = 200;

    @EJB
    private transient ConversationService conversations;

    @Override
    protected void doPut(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            String title = RequestBody.readObject(request, BODY_LIMIT_BYTES)
                    .getString("title", "")
                    .replace("\u0000", "")
                    .strip();
            if (title.isEmpty() || title.length() > LONGEST_TITLE) {
                throw new BadBodyException(400, "A title has 1 to " + LONGEST_TITLE + " characters.");
            }
            conversations.rename(id(request), title);
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
        } catch (RuntimeException e) {
            Refusals.send(request, response, e);
        }
    }

    @Override
    protected void doDelete(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            conversations.delete(id(request));
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
        } catch (RuntimeException e) {
            Refusals.send(request, response, e);
        }
    }

    private static UUID id(HttpServletRequest request) {
        String path = request.getPathInfo();
        return Ids.parse(path == null ? "" : path.substring(1));
    }
}
