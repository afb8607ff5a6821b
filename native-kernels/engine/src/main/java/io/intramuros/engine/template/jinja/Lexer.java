package io.intramuros.engine.template.jinja;

import io.intramuros.engine.template.jinja.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * Cuts a template into tokens, with {@code trim_blocks} and {@code lstrip_blocks} on: a line break right after a block
 * tag is dropped, and so are spaces between a line's beginning and a block tag. A {@code -} in a tag drops all white
 * space on that side, a {@code +} none.
 */
final class Lexer {
    private static final List<String> OPERATORS = List.of(
            "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<",
            "=", ".", ":", "|", ",", ";");
    private static final Map<Character, Character> CLOSING = Map.of('(', ')', '[', ']', '{', '}');

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int position;
    /** Whether what was read last ended with a line break, or nothing was read yet. */
    private boolean lineStarting = true;

    private int line = 1;
    private int counted;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String template) {
        String lines = template.replace("\r\n", "\n").replace('\r', '\n');
        Lexer lexer = new Lexer(lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        while (position < source.length()) {
            int tag = nextTag();
            if (tag < 0) {
                data(source.substring(position));
                position = source.length();
                break;
            }
            String text = source.substring(position, tag);
            char kind = source.charAt(tag + 1);
            char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : 0;
            data(beforeTag(text, kind != '{', sign));
            position = tag + (sign == '-' || sign == '+' ? 3 : 2);
            switch (kind) {
                case '#' -> comment();
                case '%' -> {
                    if (!raw()) {
                        code(Kind.BLOCK_BEGIN, Kind.BLOCK_END, "%}");
                    }
                }
                default -> code(Kind.VARIABLE_BEGIN, Kind.VARIABLE_END, "}}");
            }
            lineStarting = source.charAt(position - 1) == '\n';
        }
        add(Kind.END, "", null);
    }

    private int nextTag() {
        for (int at = source.indexOf('{', position); at >= 0; at = source.indexOf('{', at + 1)) {
            if (at + 1 < source.length() && "{%#".indexOf(source.charAt(at + 1)) >= 0) {
                return at;
            }
        }
        return -1;
    }

    /** The text before a tag, its end stripped as the tag asks. */
    private String beforeTag(String text, boolean block, char sign) {
        if (sign == '-') {
            return PythonStrings.stripTrailing(text);
        }
        if (!block || sign == '+') {
            return text;
        }
        int line = text.lastIndexOf('\n') + 1;
        boolean wholeLine = line > 0 || lineStarting;
        boolean onlySpace = line < text.length()
                && PythonStrings.strip(text.substring(line)).isEmpty();
        return wholeLine && onlySpace ? text.substring(0, line) : text;
    }

    private void data(String text) {
        if (!text.isEmpty()) {
            add(Kind.DATA, text, null);
        }
    }

    private void comment() {
        int end = source.indexOf("#}", position);
        if (end < 0) {
            throw error("a comment has no end");
        }
        char sign = end > position ? source.charAt(end - 1) : 0;
        position = end + 2;
        afterBlock(sign);
    }

    /** Reads a block of raw text if this tag begins one. */
    private boolean raw() {
        int word = afterSpace(position);
        int end = source.startsWith("raw", word) ? afterSpace(word + 3) : word;
        boolean strip = source.startsWith("-%}", end);
        if (end == word || !(strip || source.startsWith("%}", end))) {
            return false;
        }
        position = end + (strip ? 3 : 2);
        if (strip) {
            skipSpace();
        }
        for (int open = source.indexOf("{%", position); open >= 0; open = source.indexOf("{%", open + 1)) {
            int at = open + 2;
            char sign = at < source.length() ? source.charAt(at) : 0;
            at += sign == '-' || sign == '+' ? 1 : 0;
            at = afterSpace(at);
            if (!source.startsWith("endraw", at)) {
                continue;
            }
            at = afterSpace(at + 6);
            char closing = at < source.length() ? source.charAt(at) : 0;
            int close = closing == '-' || closing == '+' ? at + 1 : at;
            if (source.startsWith("%}", close)) {
                String text = source.substring(position, open);
                lineStarting = source.charAt(position - 1) == '\n';
                data(beforeTag(text, true, sign));
                position = close + 2;
                afterBlock(closing);
                return true;
            }
        }
        throw error("raw has no endraw");
    }

    /** White space after a block tag or comment whose end bears {@code sign}. */
    private void afterBlock(char sign) {
        if (sign == '-') {
            skipSpace();
        } else if (sign != '+' && source.startsWith("\n", position)) {
            position++;
        }
    }

    private void code(Kind begin, Kind end, String closing) {
        add(begin, "", null);
        Deque<Character> open = new ArrayDeque<>();
        while (true) {
            if (position >= source.length()) {
                throw error("a tag has no end");
            }
            if (open.isEmpty() && atEnd(closing)) {
                add(end, "", null);
                char sign = source.charAt(position);
                position += sign == closing.charAt(0) ? 2 : 3;
                if (end == Kind.BLOCK_END) {
                    afterBlock(sign);
                } else if (sign == '-') {
                    skipSpace();
                }
                return;
            }
            token(open);
        }
    }

    private boolean atEnd(String closing) {
        return source.startsWith(closing, position)
                || source.startsWith("-" + closing, position)
                || (closing.equals("%}") && source.startsWith("+" + closing, position));
    }

    private void token(Deque<Character> open) {
        char c = source.charAt(position);
        if (PythonStrings.isSpace(c)) {
            position++;
        } else if (c >= '0' && c <= '9') {
            number();
        } else if (Character.isUnicodeIdentifierStart(c) || c == '_') {
            int start = position;
            while (position < source.length()
                    && (Character.isUnicodeIdentifierPart(source.charAt(position)) || source.charAt(position) == '_')) {
                position++;
            }
            add(Kind.NAME, source.substring(start, position), null);
        } else if (c == '\'' || c == '"') {
            string(c);
        } else {
            operator(c, open);
        }
    }

    private void operator(char c, Deque<Character> open) {
        String operator = OPERATORS.stream()
                .filter(candidate -> source.startsWith(candidate, position))
                .findFirst()
                .orElseThrow(() -> error("unexpected character " + c));
        if (CLOSING.containsKey(c)) {
            open.push(CLOSING.get(c));
        } else if (CLOSING.containsValue(c) && (open.isEmpty() || open.pop() != c)) {
            throw error("unexpected " + c);
        }
        add(Kind.OPERATOR, operator, null);
        position += operator.length();
    }

    private void number() {
        int start = position;
        boolean afterDot = start > 0 && source.charAt(start - 1) == '.';
        digits();
        boolean real = false;
        if (!afterDot) {
            if (position + 1 < source.length()
                    && source.charAt(position) == '.'
                    && Character.isDigit(source.charAt(position + 1))) {
                position++;
                digits();
                real = true;
            }
            real |= exponent();
        }
        String text = source.substring(start, position);
        String plain = text.replace("_", "");
        if (position < source.length() && Character.isUnicodeIdentifierPart(source.charAt(position))) {
            throw error("numbers are read in decimal only: " + text + source.charAt(position));
        }
        try {
            add(real ? Kind.FLOAT : Kind.INTEGER, text, real ? Double.valueOf(plain) : (Object) Long.valueOf(plain));
        } catch (NumberFormatException _) {
            throw error("the number " + text + " is too large");
        }
    }

    private void digits() {
        while (position < source.length()
                && (Character.isDigit(source.charAt(position)) || source.charAt(position) == '_')) {
            position++;
        }
    }

    private boolean exponent() {
        int at = position;
        if (at >= source.length() || Character.toLowerCase(source.charAt(at)) != 'e') {
            return false;
        }
        at++;
        if (at < source.length() && (source.charAt(at) == '+' || source.charAt(at) == '-')) {
            at++;
        }
        if (at >= source.length() || !Character.isDigit(source.charAt(at))) {
            return false;
        }
        position = at;
        digits();
        return true;
    }

    private void string(char quote) {
        int start = position + 1;
        int at = start;
        while (at < source.length() && source.charAt(at) != quote) {
            at += source.charAt(at) == '\\' ? 2 : 1;
        }
        if (at >= source.length()) {
            throw error("a string has no end");
        }
        String raw = source.substring(start, at);
        try {
            add(Kind.STRING, raw, PythonStrings.unescape(raw));
        } catch (IllegalArgumentException e) {
            throw error(e.getMessage());
        }
        position = at + 1;
    }

    private void skipSpace() {
        position = afterSpace(position);
    }

    private int afterSpace(int at) {
        while (at < source.length() && PythonStrings.isSpace(source.charAt(at))) {
            at++;
        }
        return at;
    }

    private void add(Kind kind, String text, Object value) {
        tokens.add(new Token(kind, text, value, line()));
    }

    private int line() {
        for (; counted < Math.min(position, source.length()); counted++) {
            line += source.charAt(counted) == '\n' ? 1 : 0;
        }
        return line;
    }

    private TemplateSyntaxException error(String reason) {
        return new TemplateSyntaxException(line(), reason);
    }
}
