package io.intramuros.engine.template.jinja;

import io.intramuros.engine.template.jinja.Token.Kind;
import java.util.List;

/** Tokens read one after the other. */
final class Tokens {
    private final List<Token> tokens;
    private int position;

    Tokens(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token current() {
        return tokens.get(position);
    }

    /** The token after the current one. */
    Token following() {
        return tokens.get(Math.min(position + 1, tokens.size() - 1));
    }

    /** The current token, and goes on to the next; the end stays. */
    Token next() {
        Token token = current();
        position = Math.min(position + 1, tokens.size() - 1);
        return token;
    }

    Token expect(Kind kind) {
        if (!current().is(kind)) {
            throw error("expected " + kind + ", found " + current().kind() + " "
                    + current().text());
        }
        return next();
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw error("expected " + operator + ", found " + current().text());
        }
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw error("expected " + name + ", found " + current().text());
        }
    }

    boolean skipOperator(String operator) {
        boolean found = current().isOperator(operator);
        if (found) {
            next();
        }
        return found;
    }

    boolean skipName(String name) {
        boolean found = current().isName(name);
        if (found) {
            next();
        }
        return found;
    }

    TemplateSyntaxException error(String reason) {
        return new TemplateSyntaxException(current().line(), reason);
    }
}
