package io.intramuros.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The versions and digests in the root {@code pom.xml}, where every version of the product stands.
 *
 * @param pom the text of that file
 */
record Pins(String pom) {
    static Pins of(Path repository) {
        try {
            return new Pins(Files.readString(repository.resolve("pom.xml")));
        } catch (IOException e) {
            throw new RunException(repository + " isn't a whole checkout: its pom.xml can't be read.", e);
        }
    }

    /** The property of that name. */
    String get(String property) {
        String tag = Pattern.quote(property);
        Matcher matcher = Pattern.compile("<" + tag + ">([^<]+)</" + tag + ">").matcher(pom);
        if (!matcher.find()) {
            throw new RunException("The root pom.xml has no property " + property + ".");
        }
        return matcher.group(1).strip();
    }
}
