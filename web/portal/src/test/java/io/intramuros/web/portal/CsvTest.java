package io.intramuros.web.portal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.intramuros.usage.UsageRecord;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTest {
    @ParameterizedTest
    @ValueSource(strings = {"=1+1", "+1", "-1", "@SUM(A1)", "\tx", "|calc"})
    void whatASpreadsheetWouldRunIsMadeText(String formula) {
        assertEquals("'" + formula, Csv.cell(formula));
    }

    @Test
    void separatorsQuotesAndLineBreaksAreQuoted() {
        assertEquals("\"a,b\"", Csv.cell("a,b"));
        assertEquals("\"a\"\"b\"", Csv.cell("a\"b"));
        assertEquals("\"a\nb\"", Csv.cell("a\nb"));
        assertEquals("\"'=\"\"x\"\"\"", Csv.cell("=\"x\""));
    }

    @Test
    void plainValuesStayAsTheyAre() {
        assertEquals("", Csv.cell(null));
        assertEquals("-5", Csv.cell(-5));
        assertEquals("长城", Csv.cell("长城"));
    }

    @Test
    void aRowHasAsManyCellsAsTheHeader() {
        UsageRecord row = new UsageRecord(
                "id",
                "alice",
                "API",
                "client",
                "model",
                "sha256:x",
                "BF16",
                Instant.EPOCH,
                null,
                "OPEN",
                3,
                0,
                null,
                null,
                null);
        assertEquals("id,alice,API,client,model,sha256:x,BF16,1970-01-01T00:00:00Z,,OPEN,3,0,,,\r\n", Csv.row(row));
        assertEquals(Csv.header().split(",", -1).length, Csv.row(row).split(",", -1).length);
    }
}
