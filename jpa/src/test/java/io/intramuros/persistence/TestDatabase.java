package io.intramuros.persistence;

import io.intramuros.persistence.schema.Schema;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Persistence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;

/** A database of its own for each test class, on the real thing: H2, and a PostgreSQL server that runs while tests do. */
public final class TestDatabase implements AutoCloseable {
    /** The databases the house runs on. */
    public enum Kind {
        H2,
        POSTGRESQL
    }

    private static EmbeddedPostgres server;

    private final DataSource dataSource;
    private EntityManagerFactory entities;

    private TestDatabase(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** An empty database. */
    public static TestDatabase empty(Kind kind) {
        String name = "t" + UUID.randomUUID().toString().replace("-", "");
        return new TestDatabase(
                switch (kind) {
                    case H2 -> h2(name);
                    case POSTGRESQL -> postgres(name);
                });
    }

    /** A database with the schema of the application. */
    public static TestDatabase migrated(Kind kind) {
        TestDatabase database = empty(kind);
        new Schema(database.dataSource).migrate();
        return database;
    }

    private static DataSource h2(String name) {
        JdbcConnectionPool pool =
                JdbcConnectionPool.create("jdbc:h2:mem:" + name + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=10000", "sa", "");
        pool.setMaxConnections(20);
        return pool;
    }

    private static DataSource postgres(String name) {
        try (Connection connection = server().getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("create database " + name);
        } catch (SQLException e) {
            throw new IllegalStateException("the test database could not be made", e);
        }
        return server().getDatabase("postgres", name);
    }

    private static synchronized EmbeddedPostgres server() {
        if (server == null) {
            try {
                server = EmbeddedPostgres.builder()
                        .setServerConfig("max_connections", "200")
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException("PostgreSQL did not start", e);
            }
        }
        return server;
    }

    /** Its connections. */
    public DataSource dataSource() {
        return dataSource;
    }

    /** The entities of the application on it, with transactions of their own instead of the container's. */
    public synchronized EntityManagerFactory entities() {
        if (entities == null) {
            entities = Persistence.createEntityManagerFactory(
                    "intramuros",
                    Map.of(
                            "jakarta.persistence.transactionType", "RESOURCE_LOCAL",
                            "jakarta.persistence.jtaDataSource", dataSource,
                            "jakarta.persistence.nonJtaDataSource", dataSource));
        }
        return entities;
    }

    /** Runs {@code work} in a transaction, rolled back if it throws. */
    public <T> T inTransaction(Function<EntityManager, T> work) {
        try (EntityManager em = entities().createEntityManager()) {
            em.getTransaction().begin();
            try {
                T result = work.apply(em);
                em.getTransaction().commit();
                return result;
            } finally {
                if (em.getTransaction().isActive()) {
                    em.getTransaction().rollback();
                }
            }
        }
    }

    /** As {@link #inTransaction}, for work without a result. */
    public void run(Consumer<EntityManager> work) {
        inTransaction(em -> {
            work.accept(em);
            return null;
        });
    }

    /** As {@link #inTransaction}, for a question. */
    public boolean holds(Predicate<EntityManager> question) {
        return inTransaction(question::test);
    }

    @Override
    public synchronized void close() {
        if (entities != null) {
            entities.close();
        }
        if (dataSource instanceof JdbcConnectionPool pool) {
            pool.dispose();
        }
    }
}
