package io.intramuros.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The Keycloak of a demonstration: its program lies in the cache and is shared, its data in the data folder.
 *
 * @param home the data folder
 * @param addresses where it answers
 */
record Keycloak(Home home, Addresses addresses) {
    /** Who may change the realm in Keycloak's own console. */
    static final String ADMIN = "admin";

    static final String ADMIN_PASSWORD = "KEYCLOAK_ADMIN_PASSWORD";

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Starts sooner and stays smaller with the first compiler and the serial collector: it signs in a few people. */
    private static final String JAVA_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:-UseG1GC -XX:+UseSerialGC";

    ServerProcess process() {
        return new ServerProcess("keycloak", home, home.log("keycloak"));
    }

    /**
     * Starts it; the realm is imported if it isn't there yet.
     *
     * @param program Keycloak, unpacked and built
     * @param realm the demonstration realm
     * @param secrets where passwords are kept
     */
    void start(Path program, Realm realm, Secrets secrets) {
        try {
            prepare(program, realm);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> environment = new HashMap<>(realm.secrets(secrets));
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("JAVA_OPTS", "");
        environment.put("JAVA_OPTS_APPEND", JAVA_OPTIONS);
        String password = secrets.get(ADMIN_PASSWORD);
        if (!Files.exists(home.keycloak().resolve("data/h2"))) {
            environment.put("KC_BOOTSTRAP_ADMIN_USERNAME", ADMIN);
            environment.put("KC_BOOTSTRAP_ADMIN_PASSWORD", password);
        }
        process()
                .start(
                        List.of(
                                home.keycloak().resolve("bin/kc.sh").toString(),
                                "start",
                                "--optimized",
                                "--import-realm",
                                "--cache=local",
                                "--http-enabled=true",
                                "--http-host=" + Addresses.HOST,
                                "--http-port=" + addresses.keycloakPort(),
                                "--hostname=" + addresses.keycloak()),
                        environment);
    }

    /** Whether people can sign in. */
    boolean isReady() {
        return Http.get(addresses.oidcUrl() + "/.well-known/openid-configuration", PATIENCE, null)
                        .status()
                == 200;
    }

    /** Lays out a home whose libraries are the shared program's. */
    private void prepare(Path program, Realm realm) throws IOException {
        Path own = home.keycloak();
        Files.createDirectories(own.resolve("bin"));
        Files.createDirectories(own.resolve("providers"));
        Files.createDirectories(own.resolve("themes"));
        Path imports = Files.createDirectories(own.resolve("data/import"));
        Trees.copyFile(program.resolve("bin/kc.sh"), own.resolve("bin/kc.sh"));
        Trees.copy(program.resolve("conf"), own.resolve("conf"));
        Path libraries = own.resolve("lib");
        Files.deleteIfExists(libraries);
        Files.createSymbolicLink(libraries, program.resolve("lib"));
        Files.writeString(imports.resolve("intramuros-realm.json"), realm.json());
    }
}
