package io.intramuros.persistence.schema;

import jakarta.persistence.EntityManagerFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationState;
import org.hibernate.SessionFactory;
import org.hibernate.dialect.Dialect;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.tool.schema.spi.SchemaManagementException;

/**
 * Brings a database to the schema of this application. Several servers may start on one database at once: the first
 * migrates, the others wait for its lock and find nothing left to do.
 */
public final class Schema {
    private final Flyway flyway;

    /** @param database whose connections are not part of a transaction of the container */
    public Schema(DataSource database) {
        this.flyway = Flyway.configure(Schema.class.getClassLoader())
                .dataSource(database)
                .locations("classpath:io/intramuros/persistence/schema")
                .failOnMissingLocations(true)
                .load();
    }

    /**
     * Applies the migrations that are missing.
     *
     * @return the schema's version afterwards
     * @throws SchemaException if the database is newer than the application, holds something else, was changed by
     *     hand, or does not answer
     */
    public String migrate() {
        try {
            refuseNewerDatabase();
            flyway.migrate();
            return flyway.info().current().getVersion().getVersion();
        } catch (FlywayException e) {
            throw new SchemaException(
                    "The database's schema could not be brought up to date: " + e.getMessage()
                            + " The database must be reachable, and empty or one of an earlier version of this application.",
                    e);
        }
    }

    /**
     * Holds the entities against the database.
     *
     * @throws SchemaException if a table or column is missing or of another type, or if the entities were set up for
     *     another kind of database
     */
    public void validate(EntityManagerFactory entities) {
        refuseOtherKind(entities.unwrap(SessionFactoryImplementor.class)
                .getJdbcServices()
                .getDialect());
        try {
            entities.unwrap(SessionFactory.class).getSchemaManager().validateMappedObjects();
        } catch (SchemaManagementException e) {
            throw new SchemaException(
                    "The database's schema is not what the migrations made: " + e.getMessage()
                            + " Undo what was changed by hand, or restore a backup.",
                    e);
        }
    }

    /** Entities that were set up while the database was away were set up for the kind that its driver's name promised. */
    private void refuseOtherKind(Dialect dialect) {
        try (Connection connection = flyway.getConfiguration().getDataSource().getConnection()) {
            String kind = connection.getMetaData().getDatabaseProductName();
            if (!DialectWithoutDatabase.dialect(kind).isInstance(dialect)) {
                throw new SchemaException(
                        "The database is " + kind
                                + ", but the application was set up for another kind while it was away. "
                                + "Set the system property " + DialectWithoutDatabase.DRIVER
                                + " to the name of its driver, or restart now that the database answers.",
                        null);
            }
        } catch (SQLException e) {
            throw new SchemaException("The database does not answer: " + e.getMessage(), e);
        }
    }

    private void refuseNewerDatabase() {
        Arrays.stream(flyway.info().all())
                .filter(migration -> isFromTheFuture(migration.getState()))
                .reduce((_, later) -> later)
                .ifPresent(newest -> {
                    throw new SchemaException(
                            "The database is newer than this application: it has migration " + newest.getVersion()
                                    + " ("
                                    + newest.getDescription() + "), which this application does not know."
                                    + " Deploy the newer application again, or restore the backup made before it.",
                            null);
                });
    }

    private static boolean isFromTheFuture(MigrationState state) {
        return state == MigrationState.FUTURE_SUCCESS || state == MigrationState.FUTURE_FAILED;
    }
}
