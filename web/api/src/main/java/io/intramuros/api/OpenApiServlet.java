package io.intramuros.api;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;

/** {@code GET /openapi}: the description of the API, open to everybody. */
@WebServlet(urlPatterns = {"/openapi", "/openapi.json"})
public class OpenApiServlet extends HttpServlet {
    static final String DOCUMENT = "openapi.json";

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType(ErrorResponses.JSON);
        try (InputStream document = OpenApiServlet.class.getResourceAsStream(DOCUMENT)) {
            document.transferTo(response.getOutputStream());
        }
    }
}
