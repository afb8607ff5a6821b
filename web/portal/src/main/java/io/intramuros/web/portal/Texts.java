package io.intramuros.web.portal;

import jakarta.servlet.http.HttpServletRequest;
import java.text.MessageFormat;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.ResourceBundle;

/**
 * The portal's words in the reader's language: the first of the browser's languages that the portal speaks, otherwise
 * English.
 */
public final class Texts {
    static final String BUNDLE = "io.intramuros.web.portal.messages";

    private static final List<Locale> SPOKEN = List.of(Locale.ENGLISH, Locale.CHINESE);

    private final Locale locale;
    private final ResourceBundle bundle;

    private Texts(Locale locale) {
        this.locale = locale;
        this.bundle = ResourceBundle.getBundle(BUNDLE, locale, Texts.class.getClassLoader());
    }

    /** The texts for who sent this request. */
    public static Texts of(HttpServletRequest request) {
        return of(Collections.list(request.getLocales()));
    }

    /** The texts for a reader of these languages, the dearest first. */
    static Texts of(List<Locale> readers) {
        return new Texts(readers.stream()
                .flatMap(reader ->
                        SPOKEN.stream().filter(ours -> ours.getLanguage().equals(reader.getLanguage())))
                .findFirst()
                .orElse(Locale.ENGLISH));
    }

    /** The texts in this language. */
    public static Texts of(Locale locale) {
        return of(List.of(locale));
    }

    /** A text, with numbers and words put in its places. */
    public String get(String key, Object... arguments) {
        String pattern = bundle.getString(key);
        return arguments.length == 0 ? pattern : new MessageFormat(pattern, locale).format(arguments);
    }

    /** Whether there is such a text. */
    boolean has(String key) {
        return bundle.containsKey(key);
    }
}
