package io.intramuros.web.portal;

import io.intramuros.usage.UsageRecord;
import io.intramuros.usage.UsageService;
import io.intramuros.web.ReaderConnection;
import io.intramuros.web.RequestIds;
import jakarta.ejb.EJB;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** {@code GET /audit.csv}: every row that the filters find, written as it is read. */
@WebServlet(urlPatterns = "/audit.csv")
public class AuditExportServlet extends HttpServlet {
    private static final Logger LOG = System.getLogger(AuditExportServlet.class.getName());

    @EJB
    private transient UsageService usage;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/csv");
        response.setCharacterEncoding("utf-8");
        response.setHeader("Content-Disposition", "attachment; filename=\"intramuros-audit.csv\"");
        Writer out = response.getWriter();
        out.write(Csv.header());
        try {
            usage.export(AuditQuery.of(request::getParameter).filter(), row -> write(out, row));
        } catch (RuntimeException e) {
            if (response.isCommitted()) {
                LOG.log(Level.WARNING, "The export of request " + RequestIds.of(request) + " broke off", e);
                // The file must not look whole; the browser says that it is not.
                ReaderConnection.current().breakOff();
                return;
            }
            response.reset();
            Refusals.send(request, response, e);
        }
    }

    private static void write(Writer out, UsageRecord row) {
        try {
            out.write(Csv.row(row));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
