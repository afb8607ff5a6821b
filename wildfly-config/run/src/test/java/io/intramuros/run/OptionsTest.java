package io.intramuros.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {
    @Test
    void withoutOptionsItStartsWithTheDefaults() {
        Options options = parse();

        assertEquals(Options.Command.START, options.command());
        assertFalse(options.detach());
        assertTrue(options.build());
        assertEquals(0, options.portOffset());
        assertNull(options.model());
        assertNull(options.database());
        assertNull(options.oidcUrl());
    }

    @Test
    void theBackendIsWhatThisMachineHasUnlessOneIsChosen() {
        assertNull(parse().backend());
        assertEquals("cuda", parse("--backend", "cuda").backend());
        assertEquals("vector", parse("--backend=vector").backend());
        String refused = assertThrows(RunException.class, () -> parse("--backend", "tpu"))
                .getMessage();
        assertTrue(refused.contains("cuda") && refused.contains("vector") && refused.contains("tpu"), refused);
    }

    @Test
    void aValueMayFollowAnEqualsSign() {
        assertEquals(1000, parse("--port-offset=1000").portOffset());
        assertEquals(1000, parse("--port-offset", "1000").portOffset());
    }

    @Test
    void theDataFolderIsTheOneAskedForOrThatOfTheEnvironmentOrTheUsers() {
        assertEquals(Path.of("/here"), parse("--data", "/here").data());
        assertEquals(
                Path.of("/there"),
                Options.parse(new String[0], Map.of("INTRAMUROS_HOME", "/there"))
                        .data());
        assertEquals(
                Path.of("/data/intramuros"),
                Options.parse(new String[0], Map.of("XDG_DATA_HOME", "/data")).data());
        assertEquals(
                Path.of("/home/ada/.local/share/intramuros"),
                Options.parse(new String[0], Map.of("HOME", "/home/ada")).data());
    }

    @Test
    void theDatabasesPasswordIsTakenFromTheEnvironment() {
        Options options = Options.parse(
                new String[] {"--jdbc-url", "jdbc:postgresql://db/intramuros", "--jdbc-user", "app"},
                Map.of("INTRAMUROS_JDBC_PASSWORD", "word"));

        assertEquals(new Options.Database("jdbc:postgresql://db/intramuros", "app", "word"), options.database());
    }

    @Test
    void theDatabasesPasswordIsTheFirstLineOfAFile(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("password"), "word\n");

        Options options = parse(
                "--jdbc-url", "jdbc:postgresql://db/x", "--jdbc-user", "app", "--jdbc-password-file", file.toString());

        assertEquals("word", options.database().password());
    }

    @Test
    void anEmptyPasswordIsOneThatHasToBeAskedFor() {
        Options options = Options.parse(
                new String[] {"--jdbc-url", "jdbc:postgresql://db/x", "--jdbc-user", "app"},
                Map.of("INTRAMUROS_JDBC_PASSWORD", ""));

        assertNull(options.database().password());
    }

    @Test
    void aRealmsAddressEndsWithoutASlash() {
        assertEquals(
                "https://id/realms/company",
                parse("--oidc-url", "https://id/realms/company/").oidcUrl());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--colour",
                "status",
                "--port-offset",
                "--port-offset many",
                "--port-offset -1",
                "--port-offset 60000",
                "--stop --clean",
                "--verify-gpu --status",
                "--json",
                "--jdbc-url jdbc:h2:mem:x --jdbc-user a",
                "--jdbc-url jdbc:postgresql://db/x",
                "--jdbc-url jdbc:postgresql://db/x?password=p --jdbc-user a",
                "--jdbc-url jdbc:postgresql://db/x --jdbc-user a --jdbc-password p",
                "--jdbc-url jdbc:postgresql://db/x --jdbc-user a --jdbc-password-file /no/such/file",
                "--oidc-url company",
                "--oidc-url ftp://id/realms/company",
                "--jdbc-user a"
            })
    void whatMakesNoSenseIsRefusedInOneSentence(String line) {
        RunException refusal = assertThrows(RunException.class, () -> parse(line.split(" ", -1)));

        assertFalse(refusal.getMessage().isBlank());
        assertEquals(1, refusal.getMessage().lines().count());
    }

    private static Options parse(String... arguments) {
        return Options.parse(arguments, Map.of());
    }
}
