package io.intramuros.run;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What was asked for on the command line.
 *
 * @param command what to do
 * @param detach return once the product is ready, and leave it running
 * @param json print the status as JSON
 * @param yes don't ask before deleting
 * @param build build when sources have changed
 * @param data the data folder
 * @param model another model than the default; {@code null} for the default
 * @param backend what computes, {@code cuda} or {@code vector}; {@code null} for what this machine has
 * @param portOffset added to every port
 * @param database another database than the H2 file; {@code null} for H2
 * @param oidcUrl the realm's address at a Keycloak of one's own; {@code null} starts one
 */
record Options(
        Command command,
        boolean detach,
        boolean json,
        boolean yes,
        boolean build,
        Path data,
        Path model,
        String backend,
        int portOffset,
        Database database,
        String oidcUrl) {

    /** What {@code ./run} can do. */
    enum Command {
        START,
        STOP,
        STATUS,
        CLEAN,
        VERIFY_GPU,
        HELP
    }

    /**
     * A database server.
     *
     * @param url its JDBC address
     * @param user who signs in
     * @param password of that user; {@code null} has to be asked for
     */
    record Database(String url, String user, String password) {}

    /** Beyond it the highest port would no longer be one. */
    private static final int LARGEST_PORT_OFFSET = 50_000;

    /** The backend on NVIDIA GPUs. */
    static final String CUDA = "cuda";

    /** The backend on the processor, which runs everywhere. */
    static final String VECTOR = "vector";

    private static final String JDBC_PASSWORD = "INTRAMUROS_JDBC_PASSWORD";
    private static final Pattern PASSWORD_IN_URL = Pattern.compile("[?&](ssl)?password=", Pattern.CASE_INSENSITIVE);

    /**
     * Reads the command line.
     *
     * @throws RunException for anything unknown or incomplete
     */
    static Options parse(String[] arguments, Map<String, String> environment) {
        Command command = Command.START;
        boolean detach = false;
        boolean json = false;
        boolean yes = false;
        boolean build = true;
        Path data = Home.defaultFolder(environment);
        Path model = null;
        String backend = null;
        int portOffset = 0;
        String jdbcUrl = null;
        String jdbcUser = null;
        String jdbcPassword = environment.get(JDBC_PASSWORD);
        String oidcUrl = null;

        Deque<String> words = split(arguments);
        while (!words.isEmpty()) {
            String word = words.poll();
            switch (word) {
                case "--stop" -> command = only(command, Command.STOP);
                case "--status" -> command = only(command, Command.STATUS);
                case "--clean" -> command = only(command, Command.CLEAN);
                case "--verify-gpu" -> command = only(command, Command.VERIFY_GPU);
                case "--help", "-h" -> command = only(command, Command.HELP);
                case "--detach" -> detach = true;
                case "--json" -> json = true;
                case "--yes" -> yes = true;
                case "--no-build" -> build = false;
                case "--data" -> data = path(word, words);
                case "--model" -> model = path(word, words);
                case "--backend" -> backend = backend(value(word, words));
                case "--port-offset" -> portOffset = offset(value(word, words));
                case "--jdbc-url" -> jdbcUrl = value(word, words);
                case "--jdbc-user" -> jdbcUser = value(word, words);
                case "--jdbc-password-file" -> jdbcPassword = firstLine(word, path(word, words));
                case "--jdbc-password" ->
                    throw new RunException(
                            "A password on the command line can be read by everybody on this machine: put" + " it into "
                                    + JDBC_PASSWORD + " or a file (--jdbc-password-file), or be asked.");
                case "--oidc-url" -> oidcUrl = realm(value(word, words));
                default -> throw new RunException("Unknown option " + word + ". ./run --help lists them all.");
            }
        }
        if (json && command != Command.STATUS) {
            throw new RunException("--json goes with --status.");
        }
        return new Options(
                command,
                detach,
                json,
                yes,
                build,
                data,
                model,
                backend,
                portOffset,
                database(jdbcUrl, jdbcUser, jdbcPassword),
                oidcUrl);
    }

    /** {@code --name=value} becomes {@code --name value}. */
    private static Deque<String> split(String[] arguments) {
        Deque<String> words = new ArrayDeque<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (argument.startsWith("--") && equals > 0) {
                words.addAll(Arrays.asList(argument.substring(0, equals), argument.substring(equals + 1)));
            } else {
                words.add(argument);
            }
        }
        return words;
    }

    private static Command only(Command before, Command now) {
        if (before != Command.START && before != now) {
            throw new RunException("One at a time: --stop, --status, --clean, --verify-gpu or --help.");
        }
        return now;
    }

    private static String value(String option, Deque<String> words) {
        String value = words.poll();
        if (value == null || value.isBlank()) {
            throw new RunException(option + " needs a value.");
        }
        return value;
    }

    private static String firstLine(String option, Path file) {
        try {
            return Files.readString(file).lines().findFirst().orElse("");
        } catch (IOException e) {
            throw new RunException(option + " " + file + " can't be read: " + e, e);
        }
    }

    private static Path path(String option, Deque<String> words) {
        return Path.of(value(option, words)).toAbsolutePath().normalize();
    }

    private static String backend(String name) {
        if (!name.equals(CUDA) && !name.equals(VECTOR)) {
            throw new RunException("--backend has to be " + CUDA + " (NVIDIA GPUs) or " + VECTOR
                    + " (the processor), not " + name + ".");
        }
        return name;
    }

    private static int offset(String text) {
        try {
            int offset = Integer.parseInt(text);
            if (offset >= 0 && offset <= LARGEST_PORT_OFFSET) {
                return offset;
            }
        } catch (NumberFormatException e) {
            // Said below, as for a number out of range.
        }
        throw new RunException(
                "--port-offset has to be a number from 0 to " + LARGEST_PORT_OFFSET + ", not " + text + ".");
    }

    private static Database database(String url, String user, String password) {
        if (url == null) {
            if (user != null) {
                throw new RunException("--jdbc-user needs --jdbc-url.");
            }
            return null;
        }
        if (!url.startsWith("jdbc:postgresql:")) {
            throw new RunException("--jdbc-url has to be of PostgreSQL, jdbc:postgresql://HOST/DATABASE, not " + url
                    + ". Without it, an H2 file is used.");
        }
        if (PASSWORD_IN_URL.matcher(url).find()) {
            throw new RunException(
                    "--jdbc-url must not hold a password, since everybody on this machine can read it: put"
                            + " it into " + JDBC_PASSWORD + " or a file (--jdbc-password-file).");
        }
        if (user == null) {
            throw new RunException("--jdbc-url needs --jdbc-user, and its password in " + JDBC_PASSWORD + ".");
        }
        return new Database(url, user, password == null || password.isEmpty() ? null : password);
    }

    private static String realm(String url) {
        String realm = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        try {
            URI uri = URI.create(realm);
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null) {
                return realm;
            }
        } catch (IllegalArgumentException e) {
            // Said below, as for an address of another kind.
        }
        throw new RunException(
                "--oidc-url has to be the address of a realm, https://HOST/realms/NAME, not " + url + ".");
    }
}
