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

/**
 * A company's PostgreSQL server, which runs as long as tests do and lets nobody but its administrator in without a
 * password. A test that stops it, starts it again.
 */
final class Postgres {
    /** Who owns the databases. */
    static final String USER = "intramuros";

    static final String PASSWORD = "only-for-postgres";

    private static final String ADMINISTRATOR = "postgres";
    private static Postgres running;

    private final Path data;
    private final Path rules;
    private EmbeddedPostgres server;

    private Postgres(Path data, Path rules) {
        this.data = data;
        this.rules = rules;
        this.server = launch(0);
    }

    static synchronized Postgres running() {
        if (running == null) {
            try {
                Path data = Files.createTempDirectory("postgres");
                Path rules = Files.createTempFile("pg_hba", ".conf");
                Files.writeString(rules, """
                        host all %s 127.0.0.1/32 trust
                        host all all 127.0.0.1/32 scram-sha-256
                        """.formatted(ADMINISTRATOR));
                // The server may run as another user than the tests.
                rules.toFile().setReadable(true, false);
                running = new Postgres(data, rules);
            } catch (IOException e) {
                throw new UncheckedIOException("PostgreSQL did not start", e);
            }
            running.execute(ADMINISTRATOR, "create role " + USER + " login password '" + PASSWORD + "'");
        }
        return running;
    }

    /** Ends it for good, if any test has started it. */
    static synchronized void end() {
        if (running != null) {
            running.stop();
            Folders.delete(running.data);
            running = null;
        }
    }

    private EmbeddedPostgres launch(int port) {
        try {
            return EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setPort(port)
                    .setServerConfig("hba_file", rules.toString())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL did not start", e);
        }
    }

    /** Ends the server and every connection to it; what is in it stays. */
    void stop() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it again on the port it had. */
    void start() {
        server = launch(server.getPort());
    }

    /** Makes an empty database that belongs to {@link #USER}. */
    void create(String database) {
        execute(ADMINISTRATOR, "create database " + database + " owner " + USER);
    }

    /** Makes an empty database that belongs to somebody else. */
    void createForeign(String database) {
        execute(ADMINISTRATOR, "create database " + database);
    }

    /** Takes everything out of a database, as if it had just been made. */
    void empty(String database) {
        execute(database, "drop schema public cascade");
        execute(database, "create schema public authorization " + USER);
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
