package io.intramuros.web.api;

import io.intramuros.health.Readiness;
import io.intramuros.health.ReadinessService;
import jakarta.ejb.EJB;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Liveness and readiness for load balancers, in MicroProfile Health's JSON. Open to everybody, so they say up or down
 * and no more.
 */
@WebServlet(urlPatterns = {HealthServlet.LIVE, HealthServlet.READY})
public class HealthServlet extends HttpServlet {
    static final String LIVE = "/health/live";
    static final String READY = "/health/ready";

    @EJB
    private transient ReadinessService readiness;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        JsonArrayBuilder checks = Json.createArrayBuilder();
        boolean up = true;
        if (READY.equals(request.getServletPath())) {
            Readiness now = readiness.check();
            checks.add(check("model", now.model())).add(check("database", now.database()));
            up = now.ready();
        } else {
            checks.add(check("application", true));
        }
        JsonObject health = Json.createObjectBuilder()
                .add("status", word(up))
                .add("checks", checks)
                .build();
        response.setStatus(up ? HttpServletResponse.SC_OK : HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        response.setContentType(ErrorResponses.JSON);
        response.setCharacterEncoding("utf-8");
        response.setHeader("Cache-Control", "no-store");
        response.getWriter().print(health);
    }

    private static JsonObjectBuilder check(String name, boolean up) {
        return Json.createObjectBuilder().add("name", name).add("status", word(up));
    }

    private static String word(boolean up) {
        return up ? "UP" : "DOWN";
    }
}
