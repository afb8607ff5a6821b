package io.intramuros.engine.template.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Python's string operations where they differ from Java's. */
final class PythonStrings {
    private PythonStrings() {}

    /** {@code str.isspace()} of one character. All of Python's white space lies in the basic plane. */
    static boolean isSpace(int c) {
        return (c >= 0x09 && c <= 0x0D)
                || (c >= 0x1C && c <= 0x20)
                || c == 0x85
                || c == 0xA0
                || c == 0x1680
                || (c >= 0x2000 && c <= 0x200A)
                || c == 0x2028
                || c == 0x2029
                || c == 0x202F
                || c == 0x205F
                || c == 0x3000;
    }

    static String strip(String text) {
        return stripLeading(stripTrailing(text));
    }

    static String stripLeading(String text) {
        int start = 0;
        while (start < text.length() && isSpace(text.charAt(start))) {
            start++;
        }
        return text.substring(start);
    }

    static String stripTrailing(String text) {
        int end = text.length();
        while (end > 0 && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    /** Takes the given characters away from the ends; white space where {@code characters} is {@code null}. */
    static String strip(String text, String characters, boolean leading, boolean trailing) {
        int start = 0;
        int end = text.length();
        while (leading && start < end && strips(text.codePointAt(start), characters)) {
            start += Character.charCount(text.codePointAt(start));
        }
        while (trailing && end > start && strips(text.codePointBefore(end), characters)) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(start, end);
    }

    private static boolean strips(int c, String characters) {
        return characters == null ? isSpace(c) : characters.indexOf(c) >= 0;
    }

    /** Number of code points. */
    static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** Each code point as a string of its own. */
    static List<String> characters(String text) {
        return text.codePoints().mapToObj(Character::toString).toList();
    }

    /** {@code str.split} and, from the right, {@code str.rsplit}. Negative {@code limit} is none. */
    static List<String> split(String text, String separator, long limit, boolean fromRight) {
        List<String> parts = new ArrayList<>();
        String rest = separator == null ? (fromRight ? stripTrailing(text) : stripLeading(text)) : text;
        while (limit < 0 || parts.size() < limit) {
            int at = separator == null
                    ? space(rest, fromRight)
                    : fromRight ? rest.lastIndexOf(separator) : rest.indexOf(separator);
            if (at < 0) {
                break;
            }
            int width = separator == null ? 1 : separator.length();
            parts.add(fromRight ? rest.substring(at + width) : rest.substring(0, at));
            rest = fromRight ? rest.substring(0, at) : rest.substring(at + width);
            if (separator == null) {
                rest = fromRight ? stripTrailing(rest) : stripLeading(rest);
            }
        }
        if (separator != null || !rest.isEmpty()) {
            parts.add(rest);
        }
        return fromRight ? parts.reversed() : parts;
    }

    private static int space(String text, boolean last) {
        for (int i = 0; i < text.length(); i++) {
            int at = last ? text.length() - 1 - i : i;
            if (isSpace(text.charAt(at))) {
                return at;
            }
        }
        return -1;
    }

    static List<String> splitLines(String text) {
        List<String> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean breaks =
                    (c >= 0x0A && c <= 0x0D) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 || c == 0x2029;
            if (breaks) {
                lines.add(text.substring(start, i));
                i += c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n' ? 1 : 0;
                start = i + 1;
            }
        }
        if (start < text.length()) {
            lines.add(text.substring(start));
        }
        return lines;
    }

    /** {@code str.capitalize()}. */
    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.codePointAt(0);
        int width = Character.charCount(first);
        return titleCase(first) + text.substring(width).toLowerCase(Locale.ROOT);
    }

    /** {@code str.title()}: a letter after anything but a letter is a capital, the others are small. */
    static String title(String text) {
        StringBuilder title = new StringBuilder();
        boolean inWord = false;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            title.append(inWord ? Character.toString(c).toLowerCase(Locale.ROOT) : titleCase(c));
            inWord = Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
            i += Character.charCount(c);
        }
        return title.toString();
    }

    private static String titleCase(int c) {
        int title = Character.toTitleCase(c);
        // Letters like ß have no single capital; Python writes two.
        return title == c ? capitalised(Character.toString(c).toUpperCase(Locale.ROOT)) : Character.toString(title);
    }

    private static String capitalised(String upper) {
        return upper.length() <= 1 || upper.codePointCount(0, upper.length()) == 1
                ? upper
                : upper.substring(0, 1) + upper.substring(1).toLowerCase(Locale.ROOT);
    }

    /** {@code repr} of a string. */
    static String quoted(String text) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        StringBuilder quoted = new StringBuilder().append(quote);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                case '\\' -> quoted.append("\\\\");
                default -> {
                    if (c == quote) {
                        quoted.append('\\').append(quote);
                    } else if (printable(c)) {
                        quoted.appendCodePoint(c);
                    } else if (c < 0x100) {
                        quoted.append("\\x%02x".formatted(c));
                    } else {
                        quoted.append((c < 0x10000 ? "\\u%04x" : "\\U%08x").formatted(c));
                    }
                }
            }
        });
        return quoted.append(quote).toString();
    }

    private static boolean printable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }

    /**
     * The value of a string literal between its quotes.
     *
     * @throws IllegalArgumentException if an escape is cut short
     */
    static String unescape(String raw) {
        if (raw.indexOf('\\') < 0) {
            return raw;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            char escape = raw.charAt(++i);
            switch (escape) {
                case '\n' -> {} // a line continued
                case '\\', '\'', '"' -> text.append(escape);
                case 'n' -> text.append('\n');
                case 't' -> text.append('\t');
                case 'r' -> text.append('\r');
                case 'a' -> text.append('\u0007');
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'v' -> text.append('\u000B');
                case 'x', 'u', 'U' -> {
                    int digits = escape == 'x' ? 2 : escape == 'u' ? 4 : 8;
                    text.appendCodePoint(hexadecimal(raw, i + 1, digits));
                    i += digits;
                }
                case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                    int end = i;
                    while (end < Math.min(raw.length(), i + 3) && raw.charAt(end) >= '0' && raw.charAt(end) <= '7') {
                        end++;
                    }
                    text.appendCodePoint(Integer.parseInt(raw.substring(i, end), 8));
                    i = end - 1;
                }
                case 'N' -> throw new IllegalArgumentException("\\N escapes are not supported");
                default -> text.append('\\').append(escape);
            }
        }
        return text.toString();
    }

    private static int hexadecimal(String raw, int start, int digits) {
        int end = start + digits;
        String code = end <= raw.length() ? raw.substring(start, end) : "";
        if (!code.matches("[0-9a-fA-F]+") || Long.parseLong(code, 16) > Character.MAX_CODE_POINT) {
            throw new IllegalArgumentException("a string has a damaged \\x, \\u or \\U escape");
        }
        return (int) Long.parseLong(code, 16);
    }
}
