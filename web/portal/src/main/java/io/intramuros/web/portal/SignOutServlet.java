package io.intramuros.web.portal;

import jakarta.inject.Inject;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Signs out: stops the session's answers, ends the session, and sends the browser to the sign-in service to end its
 * session too. Otherwise the next visitor of this browser would be signed in again without a question.
 */
@WebServlet(urlPatterns = "/sign-out")
public class SignOutServlet extends HttpServlet {
    private static final String SIGNED_OUT = "/signed-out";

    @Inject
    private transient RunningAnswers running;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        Optional<SignInService> service = SignInService.of(request);
        HttpSession session = request.getSession(false);
        if (session != null) {
            running.stopAll(session.getId());
            session.invalidate();
        }
        String signedOut = ownAddress(request) + SIGNED_OUT;
        response.setStatus(HttpServletResponse.SC_SEE_OTHER);
        response.setHeader(
                "Location", service.map(s -> endOfSession(s, signedOut)).orElse(signedOut));
    }

    private static String endOfSession(SignInService service, String signedOut) {
        URI logout = service.logoutUri();
        return logout + (logout.getRawQuery() == null ? "?" : "&") + "id_token_hint=" + encode(service.idToken())
                + "&post_logout_redirect_uri=" + encode(signedOut);
    }

    private static String ownAddress(HttpServletRequest request) {
        StringBuffer address = request.getRequestURL();
        int path = address.length() - request.getRequestURI().length();
        return address.substring(0, path) + request.getContextPath();
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
