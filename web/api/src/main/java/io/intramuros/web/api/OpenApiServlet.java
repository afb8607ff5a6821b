package io.intramuros.web.api;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;

/**
 * {@code GET /v1/openapi.json}: the description of the API, open to everybody. The container serves the same document at
 * {@code /openapi}.
 */
@WebServlet(urlPatterns = "/v1/openapi.json")
public class OpenApiServlet extends HttpServlet {
    static final String DOCUMENT = "/META-INF/openapi.json";

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType(ErrorResponses.JSON);
        try (InputStream document = OpenApiServlet.class.getResourceAsStream(DOCUMENT)) {
            document.transferTo(response.getOutputStream());
        }
    }
}
