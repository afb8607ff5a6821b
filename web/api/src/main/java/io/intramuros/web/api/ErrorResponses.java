package io.intramuros.web.api;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Writes errors as responses. */
final class ErrorResponses {
    static final String JSON = "application/json";
    static final String RETRY_AFTER = "Retry-After";

    private ErrorResponses() {}

    /** Answers with this error, unless an answer is under way already. */
    static void send(HttpServletResponse response, ApiError error) throws IOException {
        if (response.isCommitted()) {
            return;
        }
        response.resetBuffer();
        response.setStatus(error.status());
        if (error.retryAfter() != null) {
            response.setHeader(RETRY_AFTER, seconds(error.retryAfter()));
        }
        response.setContentType(JSON);
        byte[] body = error.toJson().toString().getBytes(StandardCharsets.UTF_8);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    /** Whole seconds, at least one: a client that waits none would come back to the same error. */
    static String seconds(Duration wait) {
        return Long.toString(Math.max(1, wait.plusMillis(999).toSeconds()));
    }
}
