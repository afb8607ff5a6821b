package io.intramuros.engine.template.jinja;

/**
 * A piece of a template's source.
 *
 * @param kind what it is
 * @param text how it is written; for {@link Kind#DATA} the text to put out
 * @param value the value of a literal, {@code null} otherwise
 * @param line where it begins, from 1
 */
record Token(Kind kind, String text, Object value, int line) {
    enum Kind {
        DATA,
        BLOCK_BEGIN,
        BLOCK_END,
        VARIABLE_BEGIN,
        VARIABLE_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean is(Kind wanted) {
        return kind == wanted;
    }

    boolean isName(String name) {
        return kind == Kind.NAME && text.equals(name);
    }

    boolean isOperator(String operator) {
        return kind == Kind.OPERATOR && text.equals(operator);
    }
}
