package io.intramuros.web.portal;

import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.SessionCookieConfig;

/**
 * The session's cookie: out of scripts' reach, and not sent along by other sites' forms. Where the portal is served
 * over TLS, the system property {@code intramuros.portal.secure-cookie} keeps it there.
 */
public class SessionCookie implements ServletContextListener {
    @Override
    public void contextInitialized(ServletContextEvent event) {
        SessionCookieConfig cookie = event.getServletContext().getSessionCookieConfig();
        cookie.setName("INTRAMUROS");
        cookie.setPath(event.getServletContext().getContextPath());
        cookie.setHttpOnly(true);
        cookie.setSecure(Boolean.getBoolean("intramuros.portal.secure-cookie"));
        cookie.setAttribute("SameSite", "Lax");
    }
}
