package io.intramuros.persistence.usage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.persistence.TestDatabase;
import jakarta.persistence.PersistenceException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AllowancesTest {
    private static final AllowanceAccount.Key KEY = new AllowanceAccount.Key("ada", LocalDate.of(2026, 11, 1));

    @ParameterizedTest
    @EnumSource
    void fiftyReservationsAtOnceNeverOverspend(TestDatabase.Kind kind) throws Exception {
        try (TestDatabase database = TestDatabase.migrated(kind);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            database.run(em -> new Allowances(em).ensure(KEY));
            List<Future<Boolean>> answers = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                answers.add(threads.submit(() -> database.holds(em -> new Allowances(em).reserve(KEY, 100, 1_050))));
            }
            assertEquals(10, answers.stream().filter(AllowancesTest::granted).count());
            AllowanceAccount account = account(database);
            assertEquals(1_000, account.reservedTokens());
            assertEquals(0, account.usedTokens());
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAccountOpenedByManyAtOnceIsOne(TestDatabase.Kind kind) throws Exception {
        try (TestDatabase database = TestDatabase.migrated(kind);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> openers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                openers.add(threads.submit(() -> {
                    try {
                        database.run(em -> new Allowances(em).ensure(KEY));
                        return true;
                    } catch (PersistenceException e) {
                        return Allowances.isCollision(e) && account(database) != null;
                    }
                }));
            }
            assertTrue(openers.stream().allMatch(AllowancesTest::granted));
            assertEquals(0, account(database).reservedTokens());
        }
    }

    @ParameterizedTest
    @EnumSource
    void reservingAndSettlingAtOnceLosesNoToken(TestDatabase.Kind kind) throws Exception {
        try (TestDatabase database = TestDatabase.migrated(kind);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            database.run(em -> {
                new Allowances(em).ensure(KEY);
            });
            List<Future<Boolean>> answers = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                answers.add(threads.submit(() -> {
                    boolean granted = database.holds(em -> new Allowances(em).reserve(KEY, 100, Long.MAX_VALUE));
                    database.run(em -> {
                        new Allowances(em).settle(KEY, 100, 7);
                    });
                    return granted;
                }));
            }
            assertEquals(50, answers.stream().filter(AllowancesTest::granted).count());
            assertEquals(350, account(database).usedTokens());
            assertEquals(0, account(database).reservedTokens());
        }
    }

    @ParameterizedTest
    @EnumSource
    void theLimitMayBeReachedButNotPassed(TestDatabase.Kind kind) {
        try (TestDatabase database = TestDatabase.migrated(kind)) {
            database.run(em -> {
                Allowances allowances = new Allowances(em);
                assertFalse(allowances.reserve(KEY, 1, 10), "there is no account yet");
                allowances.ensure(KEY);
                assertTrue(allowances.reserve(KEY, 10, 10));
                assertFalse(allowances.reserve(KEY, 1, 10));
            });
        }
    }

    private static AllowanceAccount account(TestDatabase database) {
        return database.inTransaction(em -> new Allowances(em).find(KEY).orElseThrow());
    }

    private static boolean granted(Future<Boolean> answer) {
        try {
            return answer.get();
        } catch (ExecutionException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
