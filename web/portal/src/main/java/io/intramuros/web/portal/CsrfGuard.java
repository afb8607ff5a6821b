package io.intramuros.web.portal;

import io.intramuros.web.RequestIds;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;

/**
 * Lets a call change something only if it carries the token of the session's own pages, and a browser doesn't say that
 * another site sent it.
 */
public class CsrfGuard extends HttpFilter {
    /** The header in which scripts send the token. */
    static final String HEADER = "X-CSRF-Token";

    /** The field in which forms send it. */
    static final String FIELD = "csrf";

    private static final Logger LOG = System.getLogger(CsrfGuard.class.getName());
    private static final String ATTRIBUTE = CsrfGuard.class.getName();
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int TOKEN_BYTES = 32;

    /** The session's token; made when first asked for. */
    static String token(HttpSession session) {
        synchronized (session) {
            if (session.getAttribute(ATTRIBUTE) instanceof String token) {
                return token;
            }
            byte[] random = new byte[TOKEN_BYTES];
            RANDOM.nextBytes(random);
            String token = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
            session.setAttribute(ATTRIBUTE, token);
            return token;
        }
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (READING.contains(request.getMethod()) || isFromOurPages(request)) {
            chain.doFilter(request, response);
            return;
        }
        LOG.log(
                Level.WARNING,
                "Request {0} was refused: it does not come from a page of its session",
                RequestIds.of(request));
        Replies.refuse(
                response,
                HttpServletResponse.SC_FORBIDDEN,
                "STALE_PAGE",
                Texts.of(request).get("error.STALE_PAGE"));
    }

    private static boolean isFromOurPages(HttpServletRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        HttpSession session = request.getSession(false);
        if (session == null || (site != null && !"same-origin".equals(site))) {
            return false;
        }
        String sent = request.getHeader(HEADER);
        return isSame(sent != null ? sent : request.getParameter(FIELD), token(session));
    }

    private static boolean isSame(String sent, String token) {
        return sent != null
                && MessageDigest.isEqual(sent.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
    }
}
