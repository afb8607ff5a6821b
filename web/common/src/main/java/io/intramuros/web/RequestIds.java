package io.intramuros.web;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Gives every request an identifier, and every response one in {@code x-request-id}, those of errors included.
 *
 * <p>The response carries the client's own identifier if it sent a short and plain one; the audit always carries ours,
 * because only ours is sure to be unique.
 */
@WebFilter(
        urlPatterns = "/*",
        asyncSupported = true,
        dispatcherTypes = {DispatcherType.REQUEST, DispatcherType.ERROR})
public class RequestIds implements Filter {
    /** The header of requests and responses. */
    public static final String HEADER = "x-request-id";

    private static final String ATTRIBUTE = RequestIds.class.getName();
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    /** The identifier of this request in the audit. */
    public static String of(HttpServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof String id) {
            return id;
        }
        String id = UUID.randomUUID().toString();
        request.setAttribute(ATTRIBUTE, id);
        return id;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest http = (HttpServletRequest) request;
        ((HttpServletResponse) response).setHeader(HEADER, shown(of(http), http.getHeader(HEADER)));
        chain.doFilter(request, response);
    }

    /** The identifier a response carries: the client's if it is short and plain, otherwise ours. */
    static String shown(String ours, String theirs) {
        return theirs != null && PLAIN.matcher(theirs).matches() ? theirs : ours;
    }
}
