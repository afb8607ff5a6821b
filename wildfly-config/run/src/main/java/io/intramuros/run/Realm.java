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
import java.util.stream.Stream;

/**
 * The demonstration realm: its people and settings, and the roles and clients that any realm needs for Intramuros. Where
 * passwords and secrets belong, it has placeholders; Keycloak takes them from its environment.
 *
 * @param folder where {@code intramuros-realm.json} and {@code intramuros-clients.json} are
 */
record Realm(Path folder) {
    /** The client that programs of the demonstration use. */
    static final String APP_CLIENT = "intramuros-app";

    /** The client that people sign in through. */
    static final String PORTAL_CLIENT = "intramuros-portal";

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

    /** The whole realm as Keycloak imports it. */
    String json() {
        Map<String, Object> realm = object(read("intramuros-realm.json"));
        Map<String, Object> needed = object(read("intramuros-clients.json"));
        realm.put("roles", needed.get("roles"));
        realm.put(
                "clients",
                Json.list(needed.get("clients")).stream()
                        .map(Realm::demonstrationClient)
                        .toList());
        realm.put(
                "users",
                Stream.concat(Json.list(realm.get("users")).stream(), Json.list(needed.get("users")).stream())
                        .toList());
        return Json.write(realm);
    }

    /** For demonstrations, secrets are known beforehand, and the application may ask on behalf of people. */
    private static Map<String, Object> demonstrationClient(Object client) {
        Map<String, Object> changed = object(client);
        switch (String.valueOf(changed.get("clientId"))) {
            case PORTAL_CLIENT -> changed.put("secret", "${" + PORTAL_SECRET + "}");
            case APP_CLIENT -> {
                changed.put("secret", "${" + APP_SECRET + "}");
                changed.put("directAccessGrantsEnabled", true);
            }
            default -> {
                // The API itself signs in nowhere.
            }
        }
        return changed;
    }

    /** Every secret that the realm asks for, by name. */
    Map<String, String> secrets(Secrets secrets) {
        Map<String, String> environment = new LinkedHashMap<>();
        TreeSet<String> names = new TreeSet<>();
        Matcher matcher = SECRET.matcher(json());
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        names.forEach(name -> environment.put(name, secrets.get(name)));
        return environment;
    }

    /** The people in it. */
    List<User> users() {
        List<User> users = new ArrayList<>();
        for (Object user : Json.list(Json.find(read("intramuros-realm.json"), "users"))) {
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

    private static Map<String, Object> object(Object json) {
        Map<String, Object> members = new LinkedHashMap<>();
        ((Map<?, ?>) json).forEach((name, value) -> members.put(name.toString(), value));
        return members;
    }

    private Object read(String file) {
        try {
            return Json.parse(Files.readString(folder.resolve(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
