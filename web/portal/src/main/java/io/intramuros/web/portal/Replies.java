package io.intramuros.web.portal;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** What the portal's endpoints answer to its own scripts. */
final class Replies {
    private Replies() {}

    /** Says why something was not done, in the reader's words. */
    static void refuse(HttpServletResponse response, int status, String kind, String message) throws IOException {
        response.setStatus(status);
        send(
                response,
                Json.createObjectBuilder()
                        .add("kind", kind)
                        .add("message", message)
                        .build());
    }

    static void send(HttpServletResponse response, JsonObject json) throws IOException {
        response.setContentType("application/json");
        response.setCharacterEncoding("utf-8");
        response.getWriter().print(json);
    }
}
