package io.intramuros.web.portal;

import io.intramuros.usage.UsageRecord;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Rows of the audit as CSV (RFC 4180). A cell that a spreadsheet would take for a formula is made text by an apostrophe:
 * names of users and models come from outside.
 */
final class Csv {
    private static final String FORMULA_STARTS = "=+-@\t\r\n|";
    private static final String LINE_END = "\r\n";

    private Csv() {}

    static String header() {
        return "requestId,user,door,clientId,model,digest,precision,openedAt,settledAt,status,promptTokens,"
                + "completionTokens,timeToFirstTokenMillis,durationMillis,error" + LINE_END;
    }

    static String row(UsageRecord row) {
        Object[] cells = {
            row.requestId(),
            row.user(),
            row.door(),
            row.clientId(),
            row.model(),
            row.digest(),
            row.precision(),
            row.openedAt(),
            row.settledAt(),
            row.status(),
            row.promptTokens(),
            row.completionTokens(),
            row.timeToFirstTokenMillis(),
            row.durationMillis(),
            row.error()
        };
        return Arrays.stream(cells).map(Csv::cell).collect(Collectors.joining(",")) + LINE_END;
    }

    static String cell(Object value) {
        String text = Objects.toString(value, "");
        if (!(value instanceof Number) && !text.isEmpty() && FORMULA_STARTS.indexOf(text.charAt(0)) >= 0) {
            text = "'" + text;
        }
        boolean quoted = text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return quoted ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }
}
