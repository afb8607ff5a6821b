package io.intramuros.web.portal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.intramuros.usage.UsageFilter;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AuditQueryTest {
    @Test
    void withoutParametersEveryRowIsWanted() {
        assertEquals(UsageFilter.ANY, query(Map.of()).filter());
    }

    @Test
    void theLastDayIsWantedToItsEnd() {
        UsageFilter filter =
                query(Map.of("from", "2026-01-31", "until", "2026-01-31")).filter();
        assertEquals(Instant.parse("2026-01-31T00:00:00Z"), filter.from());
        assertEquals(Instant.parse("2026-02-01T00:00:00Z"), filter.until());
    }

    @Test
    void aDayThatIsNoneIsNoLimit() {
        assertEquals(
                UsageFilter.ANY,
                query(Map.of("from", "2026-02-31", "until", "yesterday")).filter());
    }

    @Test
    void emptyFieldsOfTheFormAreNoLimit() {
        assertEquals(
                UsageFilter.ANY,
                query(Map.of("user", " ", "door", "", "model", "", "status", ""))
                        .filter());
    }

    @Test
    void theAddressLeadsToTheSameQueryAgain() {
        AuditQuery query = query(Map.of("user", "a&b=长 城", "status", "STOP"));
        assertEquals("user=a%26b%3D%E9%95%BF+%E5%9F%8E&status=STOP", query.parameters());
    }

    private static AuditQuery query(Map<String, String> parameters) {
        return AuditQuery.of(parameters::get);
    }
}
