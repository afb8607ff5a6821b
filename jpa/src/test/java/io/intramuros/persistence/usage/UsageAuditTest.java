package io.intramuros.persistence.usage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.persistence.TestDatabase;
import io.intramuros.persistence.server.ServerInstance;
import io.intramuros.persistence.server.ServerInstances;
import jakarta.persistence.PersistenceException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UsageAuditTest {
    private static final UUID INSTANCE = UUID.randomUUID();
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final UsageCriteria ANY = new UsageCriteria(null, null, null, null, null, null);

    @ParameterizedTest
    @EnumSource
    void aRowKeepsAllThatIsKnownOfAQuestion(TestDatabase.Kind kind) {
        try (TestDatabase database = TestDatabase.migrated(kind)) {
            long id = open(database, "r1", "ada", NOON);
            database.holds(em -> new UsageAudit(em).settle(id, outcome(UsageStatus.LENGTH, 5)));
            UsageEntry row = database.inTransaction(em -> em.find(UsageEntry.class, id));
            assertEquals("r1", row.opening().requestId());
            assertEquals("ada", row.opening().userName());
            assertEquals("API", row.opening().door());
            assertEquals("client", row.opening().clientId());
            assertEquals("sha256:0", row.opening().digest());
            assertEquals("BF16", row.opening().precision());
            assertEquals("vector", row.opening().backend());
            assertEquals(NOON, row.opening().openedAt());
            assertEquals(NOON.plusSeconds(1), row.settledAt().orElseThrow());
            assertEquals(UsageStatus.LENGTH, row.status());
            assertEquals(10, row.opening().promptTokens());
            assertEquals(5, row.completionTokens());
            assertEquals(20, row.timeToFirstTokenMillis().orElseThrow());
            assertEquals(1000, row.durationMillis().orElseThrow());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRowIsSettledOnce(TestDatabase.Kind kind) {
        try (TestDatabase database = TestDatabase.migrated(kind)) {
            long id = open(database, "r1", "ada", NOON);
            assertTrue(database.holds(em -> new UsageAudit(em).settle(id, outcome(UsageStatus.STOP, 5))));
            assertFalse(database.holds(em -> new UsageAudit(em).settle(id, outcome(UsageStatus.FAILED, 6))));
            assertEquals(
                    UsageStatus.STOP,
                    database.inTransaction(em -> em.find(UsageEntry.class, id)).status());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRequestHasOneRow(TestDatabase.Kind kind) {
        try (TestDatabase database = TestDatabase.migrated(kind)) {
            open(database, "r1", "ada", NOON);
            assertThrows(PersistenceException.class, () -> open(database, "r1", "bob", NOON));
            assertTrue(database.holds(em -> new UsageAudit(em).knows("r1")));
            assertFalse(database.holds(em -> new UsageAudit(em).knows("r2")));
        }
    }

    @ParameterizedTest
    @EnumSource
    void rowsAreFoundByEachFilterAndSummedUp(TestDatabase.Kind kind) {
        try (TestDatabase database = TestDatabase.migrated(kind)) {
            for (int i = 0; i < 6; i++) {
                long id = open(database, "r" + i, i % 2 == 0 ? "ada" : "bob", NOON.plus(Duration.ofHours(i)));
                int tokens = i;
                if (i > 0) {
                    database.holds(em -> new UsageAudit(em).settle(id, outcome(UsageStatus.STOP, tokens)));
                }
            }
            database.run(em -> {
                UsageAudit audit = new UsageAudit(em);
                assertEquals(new UsageSums(6, 60, 15), audit.sums(ANY));
                assertEquals(
                        List.of("r4", "r2", "r0"),
                        ids(audit.page(new UsageCriteria(null, null, "ada", null, null, null), 0, 10)));
                assertEquals(
                        List.of("r3", "r2"),
                        ids(audit.page(
                                new UsageCriteria(
                                        NOON.plus(Duration.ofHours(2)),
                                        NOON.plus(Duration.ofHours(4)),
                                        null,
                                        "API",
                                        "m",
                                        UsageStatus.STOP),
                                0,
                                10)));
                assertEquals(List.of("r3", "r2"), ids(audit.page(ANY, 1, 2)));
                assertEquals(
                        new UsageSums(0, 0, 0), audit.sums(new UsageCriteria(null, null, "eve", null, null, null)));
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void readingInPiecesGivesEachRowOnceInOrder(TestDatabase.Kind kind) {
        try (TestDatabase database = TestDatabase.migrated(kind)) {
            for (int i = 0; i < 7; i++) {
                open(database, "r" + i, "ada", NOON);
            }
            List<String> seen = new ArrayList<>();
            database.run(em -> {
                UsageAudit audit = new UsageAudit(em);
                List<UsageEntry> piece = audit.following(ANY, 0, 3);
                while (!piece.isEmpty()) {
                    seen.addAll(ids(piece));
                    piece = audit.following(ANY, piece.getLast().id(), 3);
                }
            });
            assertEquals(List.of("r0", "r1", "r2", "r3", "r4", "r5", "r6"), seen);
        }
    }

    @ParameterizedTest
    @EnumSource
    void onlyRowsOfServersThatAreGoneAreAbandoned(TestDatabase.Kind kind) {
        try (TestDatabase database = TestDatabase.migrated(kind)) {
            long id = open(database, "r1", "ada", NOON);
            database.run(em -> {
                new ServerInstances(em).register(new ServerInstance(INSTANCE, "node", NOON));
            });
            assertEquals(List.of(), database.inTransaction(em -> new UsageAudit(em).abandoned(10)));

            UUID next = UUID.randomUUID();
            database.run(em -> {
                ServerInstances servers = new ServerInstances(em);
                assertEquals(0, servers.forgetDead(next, "another node", NOON.minusSeconds(1)), "it still runs");
                assertEquals(1, servers.forgetDead(next, "node", NOON.minusSeconds(1)), "its node runs anew");
            });
            List<UsageEntry> abandoned = database.inTransaction(em -> new UsageAudit(em).abandoned(10));
            assertEquals(List.of(id), abandoned.stream().map(UsageEntry::id).toList());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServerNotSeenForLongIsForgotten(TestDatabase.Kind kind) {
        try (TestDatabase database = TestDatabase.migrated(kind)) {
            database.run(em -> {
                ServerInstances servers = new ServerInstances(em);
                servers.register(new ServerInstance(INSTANCE, "node", NOON));
                assertTrue(servers.seen(INSTANCE, NOON.plusSeconds(60)));
                UUID other = UUID.randomUUID();
                assertEquals(0, servers.forgetDead(other, "other", NOON.plusSeconds(30)));
                assertEquals(1, servers.forgetDead(other, "other", NOON.plusSeconds(90)));
                assertFalse(servers.seen(INSTANCE, NOON.plusSeconds(120)), "it learns that it was forgotten");
            });
        }
    }

    private static long open(TestDatabase database, String request, String user, Instant at) {
        return database.inTransaction(em -> new UsageAudit(em)
                .open(new UsageOpening(
                        request,
                        user,
                        "API",
                        "client",
                        "engine",
                        "m",
                        "sha256:0",
                        "BF16",
                        "vector",
                        INSTANCE,
                        at,
                        LocalDate.of(2026, 11, 1),
                        100,
                        10)));
    }

    private static UsageOutcome outcome(UsageStatus status, int completionTokens) {
        return new UsageOutcome(status, NOON.plusSeconds(1), 10, completionTokens, 20L, 1000L, null);
    }

    private static List<String> ids(List<UsageEntry> rows) {
        return rows.stream().map(row -> row.opening().requestId()).toList();
    }
}
