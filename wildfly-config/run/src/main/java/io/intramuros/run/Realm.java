package io.intramuros.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The demonstration realm. Its file holds placeholders where passwords and secrets belong; Keycloak takes them from its
 * environment.
 *
 * @param file the realm as Keycloak imports it
 */
record Realm(Path file) {
    /** The client that programs of the demonstration use. */
    static final String APP_CLIENT = "intramuros-app";

    static final String APP_SECRET = "INTRAMUROS_APP_SECRET";
    static final String PORTAL_SECRET = "INTRAMUROS_PORTAL_SECRET";

    private static final Pattern SECRET = Pattern.compile("\\$\\{(\\w+_(?:PASSWORD|SECRET))\\}");

    /**
     * Somebody who can sign in.
     *
     * @param name who
     * @param passwordName the secret that is the password
     * @param roles what the person may do
     */
    record User(String name, String passwordName, List<String> roles) {}

    /** Every secret that the file asks for, by name. */
    Map<String, String> secrets(Secrets secrets) {
        Map<String, String> environment = new LinkedHashMap<>();
        TreeSet<String> names = new TreeSet<>();
        Matcher matcher = SECRET.matcher(text());
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        names.forEach(name -> environment.put(name, secrets.get(name)));
        return environment;
    }

    /** The people in it. */
    List<User> users() {
        List<User> users = new ArrayList<>();
        for (Object user : Json.list(Json.find(Json.parse(text()), "users"))) {
            if (Json.find(user, "credentials", 0, "value") instanceof String value) {
                Matcher name = SECRET.matcher(value);
                List<String> roles = Json.list(Json.find(user, "realmRoles")).stream()
                        .map(Object::toString)
                        .toList();
                users.add(new User(Json.find(user, "username").toString(), name.find() ? name.group(1) : "", roles));
            }
        }
        return users;
    }

    private String text() {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
