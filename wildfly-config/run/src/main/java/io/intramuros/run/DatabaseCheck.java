package io.intramuros.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.ServiceLoader;

/**
 * Signs in at the database server as the application will, with the driver that the provisioned WildFly has: what is
 * wrong there is then named in a sentence before anything starts, instead of in a stack trace of the server's.
 *
 * @param server the provisioned WildFly
 * @param database its address and who signs in; the password is known
 */
record DatabaseCheck(Path server, Options.Database database) {
    private static final String DRIVER = "modules/system/layers/base/org/postgresql/jdbc/main";
    private static final String CONNECT_SECONDS = "5";
    private static final String LOGIN_SECONDS = "10";

    /** @throws RunException if the application could not work with that database, with the cause and the cure */
    void run() {
        try (URLClassLoader driver = new URLClassLoader(new URL[] {driverJar()});
                Connection connection = connect(driver);
                Statement statement = connection.createStatement();
                ResultSet rights = statement.executeQuery("select has_schema_privilege(current_schema(), 'CREATE')")) {
            if (!rights.next() || !rights.getBoolean(1)) {
                throw new RunException("User " + database.user() + " may not create tables at " + database.url()
                        + ": as its owner, run GRANT CREATE ON SCHEMA public TO " + database.user() + " there.");
            }
        } catch (SQLException e) {
            throw new RunException(explain(e), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Connection connect(ClassLoader loader) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", database.user());
        properties.setProperty("password", database.password());
        properties.setProperty("connectTimeout", CONNECT_SECONDS);
        properties.setProperty("loginTimeout", LOGIN_SECONDS);
        Driver driver = ServiceLoader.load(Driver.class, loader).findFirst().orElseThrow();
        Connection connection = driver.connect(database.url(), properties);
        if (connection == null) {
            throw new RunException("--jdbc-url " + database.url()
                    + " can't be understood; it has to be jdbc:postgresql://HOST[:PORT]/DATABASE.");
        }
        return connection;
    }

    private String explain(SQLException e) {
        String user = database.user();
        String url = database.url();
        String state = String.valueOf(e.getSQLState());
        String cause = String.valueOf(e.getMessage()).replaceAll("\\s+", " ").strip();
        return switch (state) {
            case "28P01" ->
                "PostgreSQL at " + url + " doesn't let " + user
                        + " in: there is no such user, or the password is another"
                        + " one. Correct --jdbc-user or INTRAMUROS_JDBC_PASSWORD.";
            case "28000" ->
                "PostgreSQL at " + url + " doesn't let " + user + " in: " + cause
                        + " Create the user, or allow it in pg_hba.conf.";
            case "3D000" ->
                "There is no such database at " + url + ": create it with CREATE DATABASE … OWNER " + user + ".";
            case "42501" -> "User " + user + " may not use the database at " + url + ": " + cause;
            default ->
                state.startsWith("08")
                        ? "No PostgreSQL answers at " + url + ": " + cause
                                + (e.getCause() == null ? "" : " (" + e.getCause() + ")")
                                + " Start it, or correct --jdbc-url."
                        : "The database at " + url + " can't be used: " + cause;
        };
    }

    private URL driverJar() throws IOException {
        Path folder = server.resolve(DRIVER);
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(folder, "*.jar")) {
            for (Path jar : jars) {
                return jar.toUri().toURL();
            }
        }
        throw new RunException(
                "The provisioned server has no PostgreSQL driver in " + folder + "; build it again with ./run.");
    }
}
