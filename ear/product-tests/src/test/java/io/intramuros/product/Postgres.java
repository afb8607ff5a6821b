package io.intramuros.product;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** A company's PostgreSQL server, which runs as long as tests do and lets nobody but its administrator in without a password. */
final class Postgres {
    /** Who owns the databases. */
    static final String USER = "intramuros";

    static final String PASSWORD = "only-for-postgres";

    private static final String ADMINISTRATOR = "postgres";
    private static Postgres running;

    private final EmbeddedPostgres server;

    private Postgres(EmbeddedPostgres server) {
        this.server = server;
    }

    static synchronized Postgres running() {
        if (running == null) {
            try {
                Path rules = Files.createTempFile("pg_hba", ".conf");
                Files.writeString(rules, """
                        host all %s 127.0.0.1/32 trust
                        host all all 127.0.0.1/32 scram-sha-256
                        """.formatted(ADMINISTRATOR));
                // The server may run as another user than the tests.
                rules.toFile().setReadable(true, false);
                running = new Postgres(EmbeddedPostgres.builder()
                        .setServerConfig("hba_file", rules.toString())
                        .start());
            } catch (IOException e) {
                throw new UncheckedIOException("PostgreSQL did not start", e);
            }
            running.execute(ADMINISTRATOR, "create role " + USER + " login password '" + PASSWORD + "'");
        }
        return running;
    }

    /** Makes an empty database that belongs to {@link #USER}. */
    void create(String database) {
        execute(ADMINISTRATOR, "create database " + database + " owner " + USER);
    }

    /** Makes an empty database that belongs to somebody else. */
    void createForeign(String database) {
        execute(ADMINISTRATOR, "create database " + database);
    }

    String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/" + database;
    }

    /** The first column of what a query finds. */
    List<String> query(String database, String query) {
        try (Connection connection = server.getDatabase(ADMINISTRATOR, database).getConnection();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(query)) {
            List<String> values = new ArrayList<>();
            while (found.next()) {
                values.add(found.getString(1));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(query, e);
        }
    }

    private void execute(String database, String command) {
        try (Connection connection = server.getDatabase(ADMINISTRATOR, database).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(command);
        } catch (SQLException e) {
            throw new IllegalStateException(command, e);
        }
    }
}
