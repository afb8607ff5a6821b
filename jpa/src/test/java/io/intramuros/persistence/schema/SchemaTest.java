package io.intramuros.persistence.schema;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.persistence.TestDatabase;
import java.sql.SQLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SchemaTest {
    @ParameterizedTest
    @EnumSource
    void everyEntityMatchesWhatTheMigrationsMake(TestDatabase.Kind kind) {
        try (TestDatabase database = TestDatabase.migrated(kind)) {
            assertDoesNotThrow(() -> new Schema(database.dataSource()).validate(database.entities()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTableChangedByHandIsNoticed(TestDatabase.Kind kind) throws SQLException {
        try (TestDatabase database = TestDatabase.migrated(kind)) {
            execute(database, "alter table usage_audit drop column backend");
            SchemaException refusal = assertThrows(
                    SchemaException.class, () -> new Schema(database.dataSource()).validate(database.entities()));
            assertTrue(refusal.getMessage().contains("backend"), refusal.getMessage());
        }
    }

    @ParameterizedTest
    @EnumSource
    void migratingAgainChangesNothing(TestDatabase.Kind kind) {
        try (TestDatabase database = TestDatabase.empty(kind)) {
            Schema schema = new Schema(database.dataSource());
            assertEquals(schema.migrate(), schema.migrate());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDatabaseNewerThanTheApplicationIsRefusedWithACure(TestDatabase.Kind kind) throws SQLException {
        try (TestDatabase database = TestDatabase.migrated(kind)) {
            execute(database, """
                    insert into "flyway_schema_history"
                    ("installed_rank", "version", "description", "type", "script", "installed_by", "execution_time", "success")
                    values (999, '999', 'from tomorrow', 'SQL', 'V999__from_tomorrow.sql', 'test', 1, true)""");
            SchemaException refusal =
                    assertThrows(SchemaException.class, () -> new Schema(database.dataSource()).migrate());
            assertTrue(refusal.getMessage().contains("newer than this application: it has migration 999"));
            assertTrue(refusal.getMessage().contains("Deploy the newer application again"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDatabaseOfSomethingElseIsLeftAlone(TestDatabase.Kind kind) throws SQLException {
        try (TestDatabase database = TestDatabase.empty(kind)) {
            execute(database, "create table somebody_elses (id integer)");
            assertThrows(SchemaException.class, () -> new Schema(database.dataSource()).migrate());
        }
    }

    private static void execute(TestDatabase database, String sql) throws SQLException {
        try (var connection = database.dataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
