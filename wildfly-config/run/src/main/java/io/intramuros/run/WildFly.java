package io.intramuros.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * WildFly with the application. The provisioned server stays as it was built; what an administrator changes, what the
 * application stores and what is logged lies in the data folder.
 *
 * @param home the data folder
 * @param addresses where it answers
 */
record WildFly(Home home, Addresses addresses) {
    /** Who may use the console. */
    static final String ADMIN = "admin";

    static final String ADMIN_PASSWORD = "MANAGEMENT_PASSWORD";
    static final String DATABASE_PASSWORD = "H2_PASSWORD";

    private static final String EAR = "intramuros.ear";
    private static final String CONFIGURATION = "configuration/standalone.xml";
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** How long running answers may take to end after a stop was asked for. */
    private static final int SUSPEND_SECONDS = 10;

    ServerProcess process() {
        return new ServerProcess("wildfly", home, home.log("wildfly"));
    }

    /**
     * Starts it with the application.
     *
     * @param build the application and the provisioned server
     * @param model the default engine's model
     * @param backend what computes in the default engine
     * @param driver the GPUs' driver
     * @param database another database than H2; {@code null} for H2
     * @param portalSecret the portal's secret at Keycloak
     * @param cache where unpacked native libraries may be kept
     * @param secrets where passwords are kept
     */
    void start(
            Build build,
            ServedModel model,
            String backend,
            CudaDriver driver,
            Options.Database database,
            String portalSecret,
            Path cache,
            Secrets secrets) {
        try {
            prepare(build, secrets.get(ADMIN_PASSWORD));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> command = new ArrayList<>(List.of(
                build.server().resolve("bin/standalone.sh").toString(),
                "-Djboss.server.base.dir=" + home.wildfly(),
                "-Djboss.bind.address=" + Addresses.HOST,
                "-Djboss.bind.address.management=" + Addresses.HOST,
                "-Djboss.socket.binding.port-offset=" + addresses.portOffset(),
                "-Dorg.wildfly.sigterm.suspend.timeout=" + SUSPEND_SECONDS,
                "-Dintramuros.oidc.url=" + addresses.oidcUrl(),
                "-Dintramuros.model=" + model.path(),
                "-Dintramuros.model-id=" + model.id(),
                "-Dintramuros.backend=" + backend,
                "-Dintramuros.demonstration=" + model.demonstration()));
        driver.standIn().ifPresent(directory -> command.add("-Dintramuros.cuda.libraries=" + directory));
        Map<String, String> environment = new HashMap<>();
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("LAUNCH_JBOSS_IN_BACKGROUND", "true");
        environment.put("DJL_CACHE_DIR", cache.resolve("native").toString());
        environment.put(Realm.PORTAL_SECRET, portalSecret);
        if (database == null) {
            environment.put("INTRAMUROS_JDBC_PASSWORD", secrets.get(DATABASE_PASSWORD));
        } else {
            command.add("-Dintramuros.jdbc.driver=postgresql");
            command.add("-Dintramuros.jdbc.url=" + database.url());
            command.add("-Dintramuros.jdbc.user=" + database.user());
            environment.put("INTRAMUROS_JDBC_PASSWORD", database.password());
        }
        process().start(command, environment);
    }

    /** Whether the application answers: without a token the API says 401. */
    boolean isReady() {
        int status = Http.get(addresses.api() + "/models", PATIENCE, null).status();
        return status == 401 || status == 200;
    }

    /** Why the application could not be deployed, or {@code null}. */
    String deploymentFailure() {
        Path failed = home.wildfly().resolve("deployments").resolve(EAR + ".failed");
        try {
            return Files.exists(failed) ? Files.readString(failed).strip() : null;
        } catch (IOException e) {
            return null;
        }
    }

    private void prepare(Build build, String password) throws IOException {
        Path provisioned = build.server().resolve("standalone");
        Path own = home.wildfly();
        Path configuration = own.resolve("configuration");
        if (!Files.exists(own.resolve(CONFIGURATION))) {
            Trees.copy(provisioned.resolve("configuration"), configuration);
            Files.createDirectories(own.resolve("data"));
        } else {
            update(provisioned.resolve(CONFIGURATION), own.resolve(CONFIGURATION));
        }
        Files.writeString(original(), Checksum.of(provisioned.resolve(CONFIGURATION)));
        Trees.writePrivately(configuration.resolve("mgmt-users.properties"), ADMIN + "=" + hash(password) + "\n");
        deploy(build.ear(), Files.createDirectories(own.resolve("deployments")));
    }

    /** A newer default configuration replaces the old one unless an administrator has changed that. */
    private void update(Path provisioned, Path own) throws IOException {
        String before = Files.exists(original()) ? Files.readString(original()) : "";
        String now = Checksum.of(provisioned);
        if (now.equals(before)) {
            return;
        }
        if (Checksum.of(own).equals(before)) {
            Trees.copyFile(provisioned, own);
        } else {
            Path beside = own.resolveSibling("standalone.xml.new");
            Trees.copyFile(provisioned, beside);
            Console.say("The default configuration has changed; yours was kept. The new one is " + beside);
        }
    }

    /** Where the digest of the configuration that ours began as is kept. */
    private Path original() {
        return home.wildfly().resolve("configuration/standalone.xml.sha256");
    }

    /** Puts the application where WildFly's deployment scanner takes it, and forgets how it went the last time. */
    private static void deploy(Path ear, Path deployments) throws IOException {
        try (var markers = Files.newDirectoryStream(deployments, EAR + ".*")) {
            for (Path marker : markers) {
                Files.delete(marker);
            }
        }
        Trees.copyFile(ear, deployments.resolve(EAR));
    }

    /** The digest that WildFly's own add-user tool writes; that tool would need the password on its command line. */
    private static String hash(String password) {
        try {
            byte[] text = (ADMIN + ":ManagementRealm:" + password).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has MD5", e);
        }
    }
}
