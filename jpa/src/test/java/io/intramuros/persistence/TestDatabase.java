package io.intramuros.persistence;

import io.intramuros.persistence.schema.DialectWithoutDatabase;
import io.intramuros.persistence.schema.Schema;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Persistence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;

/** Databases for tests, of the real kinds: H2, and a PostgreSQL server that runs while tests do. */
public final class TestDatabase implements AutoCloseable {
    /** The databases the house runs on. */
    public enum Kind {
        H2,
        POSTGRESQL
    }

    private static final Map<Kind, TestDatabase> SHARED = new EnumMap<>(Kind.class);
    private static EmbeddedPostgres server;

    private final Kind kind;
    private final DataSource plugged;
    private final DataSource dataSource;
    private final AtomicBoolean away = new AtomicBoolean();
    private EntityManagerFactory entities;

    private TestDatabase(Kind kind, DataSource plugged) {
        this.kind = kind;
        this.plugged = plugged;
        this.dataSource = (DataSource) Proxy.newProxyInstance(
                DataSource.class.getClassLoader(), new Class<?>[] {DataSource.class}, this::unlessAway);
    }

    private Object unlessAway(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (away.get() && method.getName().equals("getConnection")) {
            throw new SQLException("the database is away");
        }
        try {
            return method.invoke(plugged, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** As if its server could not be reached, until {@link #comeBack}. */
    public void goAway() {
        away.set(true);
    }

    /** It can be reached again. */
    public void comeBack() {
        away.set(false);
    }

    /** An empty database. */
    public static TestDatabase empty(Kind kind) {
        String name = "t" + UUID.randomUUID().toString().replace("-", "");
        return new TestDatabase(
                kind,
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

    /** A database with the schema of the application and no rows, used by one test after the other. */
    public static synchronized TestDatabase shared(Kind kind) {
        TestDatabase database = SHARED.computeIfAbsent(kind, TestDatabase::migrated);
        database.comeBack();
        database.run(em -> em.getMetamodel()
                .getEntities()
                .forEach(entity -> em.createQuery("delete " + entity.getName()).executeUpdate()));
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
                            "jakarta.persistence.transactionType",
                            "RESOURCE_LOCAL",
                            "jakarta.persistence.jtaDataSource",
                            dataSource,
                            "jakarta.persistence.nonJtaDataSource",
                            dataSource,
                            DialectWithoutDatabase.DRIVER,
                            kind.name()));
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
        if (plugged instanceof JdbcConnectionPool pool) {
            pool.dispose();
        }
    }
}
