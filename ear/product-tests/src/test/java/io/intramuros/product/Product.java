package io.intramuros.product;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The product under test, started by {@code ./run} with a data folder and ports of its own when the first test needs
 * it, and ended with the last test by {@link ProductEnd}. A test that breaks it, starts it again.
 */
final class Product {
    private static final Duration START_PATIENCE = Duration.ofMinutes(10);
    private static final int FIRST_OFFSET = 3000;
    private static final int OFFSETS = 20;
    private static final List<Integer> PORTS = List.of(8080, 8180, 9990);

    private static final Path REPOSITORY = Path.of(System.getProperty("intramuros.repository"));

    private static Product shared;

    private final int portOffset = freeOffset();
    private final Path home;
    private final Map<String, String> environment;
    private JsonObject status;

    private Product(String home, Map<String, String> environment) {
        this.home = Path.of(System.getProperty("intramuros.tests"), home);
        this.environment = new HashMap<>(environment);
        this.environment.put("INTRAMUROS_HOME", this.home.toString());
    }

    /** The running product. */
    static synchronized Product running() {
        if (shared == null) {
            Product product = fresh("home", StandInGpus.environment(REPOSITORY));
            product.start();
            shared = product;
        }
        return shared;
    }

    /** One more, without data and not started yet; {@code ./run} gets {@code environment} besides ours. */
    static Product fresh(String home, Map<String, String> environment) {
        Product product = new Product(home, environment);
        product.run("--stop");
        product.run("--clean", "--yes").orFail();
        return product;
    }

    /** Ends it, if any test has started it. */
    static synchronized void end() {
        if (shared != null) {
            shared.stop();
            shared = null;
        }
    }

    /** Starts it, or what is missing of it. */
    void start(String... options) {
        tryToStart(options).orFail();
        status = read(run("--status", "--json").orFail());
    }

    /** As {@link #start}, though it may be refused. The demonstration's engine runs on the processor, whatever there is. */
    Programs.Outcome tryToStart(String... options) {
        List<String> all =
                new ArrayList<>(List.of("--detach", "--no-build", "--port-offset", Integer.toString(portOffset)));
        all.addAll(List.of("--backend", "vector"));
        all.addAll(List.of(options));
        return run(all.toArray(String[]::new));
    }

    void stop() {
        run("--stop").orFail();
    }

    /** Runs {@code ./run} on this product's data. */
    Programs.Outcome run(String... options) {
        List<String> command = new ArrayList<>(List.of(REPOSITORY.resolve("run").toString()));
        command.addAll(List.of(options));
        return Programs.run(REPOSITORY, environment, START_PATIENCE, command);
    }

    /** What {@code ./run --status --json} says now. */
    JsonObject statusNow() {
        return read(run("--status", "--json").orFail());
    }

    String portal() {
        return status.getString("portal");
    }

    /** The base URL for SDKs. */
    String api() {
        return status.getString("api");
    }

    String tokenUrl() {
        return status.getString("tokenUrl");
    }

    String clientId() {
        return status.getString("clientId");
    }

    String clientSecret() {
        return status.getString("clientSecret");
    }

    int managementPort() {
        return status.getJsonObject("management").getInt("port");
    }

    String managementUser() {
        return status.getJsonObject("management").getString("user");
    }

    String managementPassword() {
        return status.getJsonObject("management").getString("password");
    }

    /** The password of a demonstration user. */
    String passwordOf(String user) {
        return status.getJsonArray("users").getValuesAs(JsonObject.class).stream()
                .filter(one -> one.getString("name").equals(user))
                .findFirst()
                .orElseThrow()
                .getString("password");
    }

    /** The password of Keycloak's own administrator. */
    String keycloakAdminPassword() {
        Properties secrets = new Properties();
        try (Reader file = Files.newBufferedReader(home.resolve("secrets.properties"))) {
            secrets.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return secrets.getProperty("KEYCLOAK_ADMIN_PASSWORD");
    }

    Path repository() {
        return REPOSITORY;
    }

    /** Where portal and API listen, or will. */
    int httpPort() {
        return PORTS.getFirst() + portOffset;
    }

    /** The data folder. */
    Path home() {
        return home;
    }

    /** The address of its own Keycloak. */
    String keycloak() {
        return tokenUrl().replaceAll("/realms/.*", "");
    }

    /** One of the tiny models that the engine is tested with. */
    static Path goldenModel(String name) {
        return REPOSITORY
                .resolve("native-kernels/engine/src/test/resources/golden/models")
                .resolve(name);
    }

    /** The provisioned WildFly. */
    Path server() {
        return REPOSITORY.resolve("wildfly-config/server/target/server");
    }

    /** The application. */
    Path ear() {
        return REPOSITORY.resolve("ear/deployable/target/intramuros.ear");
    }

    /** WildFly's part of the data folder. */
    Path wildflyData() {
        return home.resolve("wildfly");
    }

    /** How many lines of WildFly's log have this in them. */
    long logged(String words) throws IOException {
        try (Stream<String> lines = Files.lines(wildflyData().resolve("log/server.log"))) {
            return lines.filter(line -> line.contains(words)).count();
        }
    }

    /** The Java processes of one of its servers, {@code wildfly} or {@code keycloak}. */
    List<ProcessHandle> processesOf(String server) {
        String mark = "-Dintramuros.process=" + server + "@" + home;
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().command().orElse("").endsWith("java"))
                .filter(process -> commandLine(process).contains(mark))
                .toList();
    }

    static List<String> commandLine(ProcessHandle process) {
        try {
            return List.of(Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"))
                    .split("\0", -1));
        } catch (IOException e) {
            return List.of();
        }
    }

    static JsonObject read(String json) {
        try (JsonReader reader = Json.createReader(new StringReader(json))) {
            return reader.readObject();
        }
    }

    private static int freeOffset() {
        return IntStream.range(0, OFFSETS)
                .map(i -> FIRST_OFFSET + 100 * i)
                .filter(offset -> PORTS.stream().allMatch(port -> isFree(port + offset)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No free ports for the product"));
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
