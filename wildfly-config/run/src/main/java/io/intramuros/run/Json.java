package io.intramuros.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON as far as {@code ./run} needs it, since it runs on a bare JDK: objects are {@link Map}, arrays {@link List}, the
 * rest {@link String}, {@link Double}, {@link Boolean} and {@code null}.
 */
final class Json {
    /** Up to here a {@link Double} is exact for whole numbers. */
    private static final double LARGEST_EXACT = 1L << 53;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /**
     * Reads one value.
     *
     * @throws IllegalArgumentException if it isn't JSON; the message says where
     */
    static Object parse(String text) {
        Json json = new Json(text);
        Object value = json.value();
        json.space();
        if (json.at < text.length()) {
            throw json.unexpected();
        }
        return value;
    }

    /** Walks down: names into objects, numbers into arrays; {@code null} where the way ends. */
    static Object find(Object value, Object... way) {
        for (Object step : way) {
            value = switch (value) {
                case Map<?, ?> map when step instanceof String -> map.get(step);
                case List<?> list when step instanceof Integer index && index < list.size() -> list.get(index);
                case null, default -> null;
            };
        }
        return value;
    }

    /** The members of an array, or none. */
    static List<?> list(Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    /** Writes a value; whole numbers without a decimal point, as they are read too. */
    static String write(Object value) {
        return switch (value) {
            case null -> "null";
            case String string -> quote(string);
            case Map<?, ?> map -> {
                List<String> members = new ArrayList<>();
                map.forEach((name, member) -> members.add(quote(name.toString()) + ":" + write(member)));
                yield "{" + String.join(",", members) + "}";
            }
            case List<?> list ->
                "[" + String.join(",", list.stream().map(Json::write).toList()) + "]";
            case Double number
            when number == Math.rint(number) && Math.abs(number) < LARGEST_EXACT -> Long.toString(number.longValue());
            default -> value.toString();
        };
    }

    private static String quote(String string) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                default -> {
                    if (c < ' ') {
                        quoted.append(String.format("\\u%04x", (int) c));
                    } else {
                        quoted.append(c);
                    }
                }
            }
        }
        return quoted.append('"').toString();
    }

    private Object value() {
        space();
        if (at == text.length()) {
            throw unexpected();
        }
        return switch (text.charAt(at)) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Map<String, Object> object() {
        Map<String, Object> members = new LinkedHashMap<>();
        at++;
        if (follows('}')) {
            return members;
        }
        do {
            space();
            String name = string();
            expect(':');
            members.put(name, value());
        } while (follows(','));
        expect('}');
        return members;
    }

    private List<Object> array() {
        List<Object> members = new ArrayList<>();
        at++;
        if (follows(']')) {
            return members;
        }
        do {
            members.add(value());
        } while (follows(','));
        expect(']');
        return members;
    }

    private String string() {
        expect('"');
        StringBuilder string = new StringBuilder();
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at++);
            string.append(c == '\\' ? escaped() : c);
        }
        expect('"');
        return string.toString();
    }

    private char escaped() {
        if (at == text.length()) {
            throw unexpected();
        }
        char c = text.charAt(at++);
        return switch (c) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'u' -> {
                if (at + 4 > text.length()) {
                    throw unexpected();
                }
                at += 4;
                yield (char) Integer.parseInt(text.substring(at - 4, at), 16);
            }
            default -> c;
        };
    }

    private Object word(String word, Object meaning) {
        if (!text.startsWith(word, at)) {
            throw unexpected();
        }
        at += word.length();
        return meaning;
    }

    private Double number() {
        int from = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        if (from == at) {
            throw unexpected();
        }
        return Double.valueOf(text.substring(from, at));
    }

    private boolean follows(char c) {
        space();
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(char c) {
        if (!follows(c)) {
            throw unexpected();
        }
    }

    private void space() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private IllegalArgumentException unexpected() {
        return new IllegalArgumentException("Not JSON at character " + at);
    }
}
