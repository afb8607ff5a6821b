package io.intramuros.persistence.schema;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.persistence.TestDatabase;
import io.intramuros.persistence.usage.AllowanceAccount;
import io.intramuros.persistence.usage.Allowances;
import io.intramuros.persistence.usage.UsageAudit;
import io.intramuros.persistence.usage.UsageOpening;
import io.intramuros.persistence.usage.UsageOutcome;
import io.intramuros.persistence.usage.UsageStatus;
import jakarta.persistence.Persistence;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DialectWithoutDatabaseTest {
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

    @ParameterizedTest
    @EnumSource
    void entitiesSetUpWhileTheDatabaseIsAwayWorkOnceItIsThere(TestDatabase.Kind kind) {
        try (TestDatabase database = TestDatabase.empty(kind)) {
            database.goAway();
            database.entities();
            database.comeBack();
            Schema schema = new Schema(database.dataSource());
            schema.migrate();

            schema.validate(database.entities());
            AllowanceAccount.Key key = new AllowanceAccount.Key("alice", LocalDate.parse("2026-03-01"));
            database.run(em -> new Allowances(em).ensure(key));
            database.run(em -> new Allowances(em).ensure(key));
            long row = database.inTransaction(em -> new UsageAudit(em).open(opening()));
            UsageOutcome end = new UsageOutcome(UsageStatus.STOP, NOW, 3, 4, 5L, 6L, null);
            assertTrue(database.holds(em -> new UsageAudit(em).settle(row, end)));
            assertFalse(database.holds(em -> new UsageAudit(em).settle(row, end)), "exactly once");
        }
    }

    @Test
    void entitiesSetUpForAnotherKindOfDatabaseAreRefusedWithACure() {
        try (TestDatabase database = TestDatabase.migrated(TestDatabase.Kind.H2)) {
            database.goAway();
            try (var entities = Persistence.createEntityManagerFactory(
                    "intramuros",
                    Map.of(
                            "jakarta.persistence.transactionType",
                            "RESOURCE_LOCAL",
                            "jakarta.persistence.jtaDataSource",
                            database.dataSource(),
                            DialectWithoutDatabase.DRIVER,
                            "postgresql"))) {
                database.comeBack();
                Schema schema = new Schema(database.dataSource());

                SchemaException refusal = assertThrows(SchemaException.class, () -> schema.validate(entities));

                assertTrue(refusal.getMessage().contains("H2"), refusal.getMessage());
                assertTrue(refusal.getMessage().contains(DialectWithoutDatabase.DRIVER), refusal.getMessage());
            }
        }
    }

    private static UsageOpening opening() {
        return new UsageOpening(
                "r1",
                "alice",
                "API",
                "client",
                "engine",
                "model",
                "sha256:0",
                "BF16",
                "vector",
                UUID.randomUUID(),
                NOW,
                LocalDate.parse("2026-03-01"),
                10,
                3);
    }
}
