package io.intramuros.run;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Properties;
import java.util.TreeSet;

/**
 * Passwords and secrets, made up at the first run and kept in a file that only its owner can read. One that is set in the
 * environment under the same name at that first run is taken instead of made up.
 */
final class Secrets {
    private static final String ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private static final int LENGTH = 20;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path file;
    private final Properties kept = new Properties();

    private Secrets(Path file) {
        this.file = file;
    }

    static Secrets of(Home home) {
        Secrets secrets = new Secrets(home.secrets());
        if (Files.exists(home.secrets())) {
            try {
                secrets.kept.load(new StringReader(Files.readString(home.secrets())));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return secrets;
    }

    /** The secret of that name, made up if there is none yet. */
    String get(String name) {
        if (!kept.containsKey(name)) {
            String given = System.getenv(name);
            kept.setProperty(name, given != null && !given.isEmpty() ? given : generate());
            keep();
        }
        return kept.getProperty(name);
    }

    /** The secret of that name, or {@code null} if there is none yet. */
    String peek(String name) {
        return kept.getProperty(name);
    }

    private void keep() {
        StringBuilder text = new StringBuilder();
        for (String name : new TreeSet<>(kept.stringPropertyNames())) {
            text.append(name).append('=').append(kept.getProperty(name)).append('\n');
        }
        try {
            Trees.writePrivately(file, text.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String generate() {
        StringBuilder secret = new StringBuilder();
        for (int i = 0; i < LENGTH; i++) {
            secret.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
        }
        return secret.toString();
    }
}
