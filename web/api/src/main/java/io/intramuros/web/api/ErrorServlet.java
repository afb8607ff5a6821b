package io.intramuros.web.api;

import io.intramuros.web.RequestIds;
import io.intramuros.web.SignInFaults;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

/** The error page: gives errors that arise outside our own code, such as a refused token, OpenAI's shape. */
@WebServlet(urlPatterns = ErrorServlet.PATH, asyncSupported = true)
public class ErrorServlet extends HttpServlet {
    static final String PATH = "/error";

    private static final Logger LOG = System.getLogger(ErrorServlet.class.getName());
    private static final Duration SOON = Duration.ofSeconds(5);

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        // Asked for as a page of its own it is as unknown as any other.
        int status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer code ? code : 404;
        Throwable thrown = request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) instanceof Throwable t ? t : null;
        if (status >= 500) {
            LOG.log(Level.WARNING, "Request " + RequestIds.of(request) + " was answered " + status, thrown);
        }
        ErrorResponses.send(response, error(status, thrown, request));
    }

    private static ApiError error(int status, Throwable thrown, HttpServletRequest request) {
        return switch (status) {
            case 401 -> ApiError.unauthenticated();
            case 403 -> ApiError.forbidden();
            case 404 ->
                ApiError.invalid(
                        404,
                        "Unknown request URL: " + request.getMethod() + " " + path(request)
                                + ". The API is described at /openapi.",
                        null,
                        "unknown_url");
            case 405 ->
                ApiError.invalid(
                        405,
                        "Not allowed to " + request.getMethod() + " on " + path(request) + ".",
                        null,
                        "method_not_allowed");
            case 413 -> ApiError.invalid(413, "The request is too large.", null, null);
            case 500 -> SignInFaults.isBehind(thrown) ? signInUnavailable() : Failures.of(thrown);
            case 503 -> ApiError.unavailable("The server is not ready. Try again soon.", "not_ready", SOON);
            default ->
                status < 500
                        ? ApiError.invalid(status, "The request was refused with status " + status + ".", null, null)
                        : ApiError.internal();
        };
    }

    private static String path(HttpServletRequest request) {
        return request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI) instanceof String uri
                ? uri
                : request.getRequestURI();
    }

    private static ApiError signInUnavailable() {
        return ApiError.unavailable(
                "The token could not be checked, because the sign-in service does not answer. Try again soon.",
                "sign_in_unavailable",
                SOON);
    }
}
