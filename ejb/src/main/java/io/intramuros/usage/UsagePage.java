package io.intramuros.usage;

import java.util.List;

/**
 * Some rows, the latest first, and the sums over all that match.
 *
 * @param rows this page's
 * @param totalRows all that match
 * @param promptTokens of all that match
 * @param completionTokens of all that match
 */
public record UsagePage(List<UsageRecord> rows, long totalRows, long promptTokens, long completionTokens) {
    public UsagePage {
        rows = List.copyOf(rows);
    }
}
