package io.intramuros.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can't work is refused by {@code ./run} in a line that names cause and cure, before any server starts. */
class RefusedStartTest {
    private static final String NOWHERE = "127.0.0.1:" + unusedPort();

    private final Postgres postgres = Postgres.running();

    @TempDir
    private Path folder;

    @Test
    void aWrongPasswordOfTheDatabase() {
        postgres.create("locked");

        refused(
                Map.of("INTRAMUROS_JDBC_PASSWORD", "wrong"),
                List.of("--jdbc-url", postgres.url("locked"), "--jdbc-user", Postgres.USER),
                "password",
                "INTRAMUROS_JDBC_PASSWORD");
    }

    @Test
    void aDatabaseThatDoesNotAnswer() {
        refused(
                Map.of("INTRAMUROS_JDBC_PASSWORD", "any"),
                List.of("--jdbc-url", "jdbc:postgresql://" + NOWHERE + "/x", "--jdbc-user", Postgres.USER),
                "No PostgreSQL answers",
                NOWHERE,
                "--jdbc-url");
    }

    @Test
    void aDatabaseThatIsNotThere() throws IOException {
        Path password = Files.writeString(folder.resolve("password"), Postgres.PASSWORD + "\n");

        refused(
                Map.of(),
                List.of(
                        "--jdbc-url",
                        postgres.url("absent"),
                        "--jdbc-user",
                        Postgres.USER,
                        "--jdbc-password-file",
                        password.toString()),
                "no such database",
                "CREATE DATABASE");
    }

    @Test
    void aDatabaseWithoutTheRightToMakeTables() {
        postgres.createForeign("others");

        refused(
                Map.of("INTRAMUROS_JDBC_PASSWORD", Postgres.PASSWORD),
                List.of("--jdbc-url", postgres.url("others"), "--jdbc-user", Postgres.USER),
                "may not create tables",
                "GRANT CREATE");
    }

    @Test
    void aKeycloakThatDoesNotAnswer() {
        refused(
                Map.of("INTRAMUROS_PORTAL_SECRET", "any"),
                List.of("--oidc-url", "http://" + NOWHERE + "/realms/company"),
                "Nobody answers",
                NOWHERE);
    }

    @Test
    void aRealmThatIsNotThere() {
        refused(
                Map.of("INTRAMUROS_PORTAL_SECRET", "any"),
                List.of("--oidc-url", Product.running().keycloak() + "/realms/elsewhere"),
                "no realm",
                "elsewhere",
                "https://HOST/realms/NAME");
    }

    @Test
    void aRealmThatDoesNotKnowThePortal() {
        refused(
                Map.of("INTRAMUROS_PORTAL_SECRET", "wrong"),
                List.of("--oidc-url", Product.running().keycloak() + "/realms/master"),
                "intramuros-portal",
                "INTRAMUROS_PORTAL_SECRET");
    }

    @Test
    void aModelThatIsNotThere() {
        refused(Map.of(), List.of("--model", folder.resolve("absent").toString()), "no model at", "GGUF");
    }

    @Test
    void aFolderThatIsNoModel() {
        refused(Map.of(), List.of("--model", folder.toString()), "config.json", "Hugging Face");
    }

    @Test
    void aFileThatIsNoModel() throws IOException {
        Path letter = Files.writeString(folder.resolve("letter.gguf"), "Dear reader");

        refused(Map.of(), List.of("--model", letter.toString()), "letter.gguf", "no GGUF file");
    }

    @Test
    void aPortThatIsTaken() throws IOException {
        Product product = Product.fresh("refused-home", Map.of());
        try (ServerSocket other = new ServerSocket(product.httpPort(), 1, InetAddress.getLoopbackAddress())) {
            Programs.Outcome outcome = product.tryToStart();

            holds(product, outcome, "Port " + other.getLocalPort(), "taken by java", "--port-offset");
        }
    }

    private static void refused(Map<String, String> environment, List<String> options, String... said) {
        Product product = Product.fresh("refused-home", environment);
        holds(product, product.tryToStart(options.toArray(String[]::new)), said);
    }

    private static void holds(Product product, Programs.Outcome outcome, String... said) {
        assertEquals(1, outcome.code(), outcome::output);
        assertEquals(1, outcome.output().lines().count(), outcome::output);
        for (String part : said) {
            assertTrue(outcome.output().contains(part), outcome::output);
        }
        assertEquals(List.of(), product.processesOf("wildfly"));
        assertEquals(List.of(), product.processesOf("keycloak"));
    }

    private static int unusedPort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
