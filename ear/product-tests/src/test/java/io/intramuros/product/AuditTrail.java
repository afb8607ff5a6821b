package io.intramuros.product;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The usage audit as an auditor exports it. */
final class AuditTrail {
    private AuditTrail() {}

    /** All rows, oldest first; each by its columns' names. */
    static List<Map<String, String>> export(Product product) {
        try (Browser browser = Browser.atADesk(product)) {
            browser.signIn("audra");
            return rows(browser);
        }
    }

    /** All rows, as an auditor's browser fetches them. */
    static List<Map<String, String>> rows(Browser auditor) {
        List<String> lines = auditor.fetch("/portal/audit.csv").lines().toList();
        if (!lines.getFirst().equals("200")) {
            throw new AssertionError("The audit can't be exported: " + lines);
        }
        String[] names = lines.get(1).split(",", -1);
        List<Map<String, String>> rows = new ArrayList<>();
        for (String line : lines.subList(2, lines.size())) {
            String[] cells = line.split(",", -1);
            Map<String, String> row = new HashMap<>();
            for (int i = 0; i < Math.min(names.length, cells.length); i++) {
                row.put(names[i], cells[i]);
            }
            rows.add(row);
        }
        return rows;
    }
}
