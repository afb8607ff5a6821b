package io.intramuros.engine.template.jinja;

import io.intramuros.engine.template.jinja.Statement.Target;
import io.intramuros.engine.template.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Reads statements. */
final class Parser {
    private final Tokens tokens;
    private final ExpressionParser expressions;
    private int loops;
    private int depth;

    private Parser(Tokens tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens);
    }

    /** @throws TemplateSyntaxException if the source is not a template, or uses what is not known here */
    static List<Statement> parse(String source) {
        Parser parser = new Parser(new Tokens(Lexer.tokens(source)));
        List<Statement> statements = parser.statements();
        if (!parser.tokens.current().is(Kind.END)) {
            throw parser.tokens.error("unexpected " + parser.tokens.current().text());
        }
        return statements;
    }

    /** Statements up to the end or to a block tag with one of these names, which becomes the current token. */
    private List<Statement> statements(String... ends) {
        if (++depth > Limits.NESTING) {
            throw tokens.error("blocks are nested too deeply");
        }
        List<Statement> statements = new ArrayList<>();
        while (true) {
            Token token = tokens.current();
            switch (token.kind()) {
                case DATA -> {
                    tokens.next();
                    statements.add(new Statement.Text(token.text()));
                }
                case VARIABLE_BEGIN -> {
                    tokens.next();
                    statements.add(new Statement.Output(expressions.output()));
                    tokens.expect(Kind.VARIABLE_END);
                }
                case BLOCK_BEGIN -> {
                    tokens.next();
                    if (Arrays.asList(ends).contains(tokens.current().text())) {
                        depth--;
                        return statements;
                    }
                    statements.add(statement());
                }
                default -> {
                    if (ends.length > 0) {
                        throw tokens.error("the template ends before " + String.join(" or ", ends));
                    }
                    depth--;
                    return statements;
                }
            }
        }
    }

    /** Statements up to the named end tag, that tag included. */
    private List<Statement> body(String end) {
        tokens.expect(Kind.BLOCK_END);
        List<Statement> body = statements(end);
        tokens.next();
        tokens.expect(Kind.BLOCK_END);
        return body;
    }

    private Statement statement() {
        Token tag = tokens.expect(Kind.NAME);
        return switch (tag.text()) {
            case "if" -> ifStatement();
            case "for" -> forStatement();
            case "set" -> setStatement();
            case "macro" -> macro();
            case "call" -> callBlock();
            case "filter" -> new Statement.FilterBlock(expressions.filters(null, true), body("endfilter"));
            case "with" -> with();
            case "generation" -> new Statement.Block(body("endgeneration"));
            case "break", "continue" -> {
                if (loops == 0) {
                    throw tokens.error(tag.text() + " outside of a loop");
                }
                tokens.expect(Kind.BLOCK_END);
                yield tag.text().equals("break") ? new Statement.Break() : new Statement.Continue();
            }
            default -> throw tokens.error("the statement " + tag.text() + " is not supported");
        };
    }

    private Statement ifStatement() {
        List<Map.Entry<Expression, List<Statement>>> branches = new ArrayList<>();
        List<Statement> otherwise = List.of();
        while (true) {
            Expression test = expressions.tuple(false);
            tokens.expect(Kind.BLOCK_END);
            branches.add(Map.entry(test, statements("elif", "else", "endif")));
            String next = tokens.next().text();
            if (next.equals("else")) {
                otherwise = body("endif");
                break;
            }
            if (next.equals("endif")) {
                tokens.expect(Kind.BLOCK_END);
                break;
            }
        }
        return new Statement.If(branches, otherwise);
    }

    private Statement forStatement() {
        Target target = target(false);
        tokens.expectName("in");
        Expression iterable = expressions.tuple(false);
        Expression filter = tokens.skipName("if") ? expressions.expression() : null;
        if (tokens.current().isName("recursive")) {
            throw tokens.error("recursive loops are not supported");
        }
        tokens.expect(Kind.BLOCK_END);
        loops++;
        List<Statement> body = statements("else", "endfor");
        loops--;
        List<Statement> otherwise = List.of();
        if (tokens.next().text().equals("else")) {
            otherwise = body("endfor");
        } else {
            tokens.expect(Kind.BLOCK_END);
        }
        return new Statement.For(target, iterable, filter, body, otherwise);
    }

    private Statement setStatement() {
        Target target = target(true);
        if (tokens.skipOperator("=")) {
            Statement set = new Statement.Set(target, expressions.tuple(true));
            tokens.expect(Kind.BLOCK_END);
            return set;
        }
        Expression filters = tokens.current().isOperator("|") ? expressions.filters(null, false) : null;
        return new Statement.SetBlock(target, filters, body("endset"));
    }

    private Statement macro() {
        String name = tokens.expect(Kind.NAME).text();
        List<Statement.Parameter> parameters = parameters();
        return new Statement.Macro(name, parameters, outsideLoops("endmacro"));
    }

    private Statement callBlock() {
        List<Statement.Parameter> parameters = tokens.current().isOperator("(") ? parameters() : List.of();
        if (!(expressions.expression() instanceof Expression.Call call)) {
            throw tokens.error("call needs a call");
        }
        return new Statement.CallBlock(call, parameters, outsideLoops("endcall"));
    }

    private List<Statement> outsideLoops(String end) {
        int outer = loops;
        loops = 0;
        List<Statement> body = body(end);
        loops = outer;
        return body;
    }

    private List<Statement.Parameter> parameters() {
        List<Statement.Parameter> parameters = new ArrayList<>();
        tokens.expectOperator("(");
        while (!tokens.skipOperator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
            }
            String name = tokens.expect(Kind.NAME).text();
            boolean optional = tokens.skipOperator("=");
            if (!optional && !parameters.isEmpty() && parameters.getLast().fallback() != null) {
                throw tokens.error("the parameter " + name + " needs a default like those before it");
            }
            parameters.add(new Statement.Parameter(name, optional ? expressions.expression() : null));
        }
        return parameters;
    }

    private Statement with() {
        List<Map.Entry<Target, Expression>> values = new ArrayList<>();
        while (!tokens.current().is(Kind.BLOCK_END)) {
            if (!values.isEmpty()) {
                tokens.expectOperator(",");
            }
            Target target = target(false);
            tokens.expectOperator("=");
            values.add(Map.entry(target, expressions.expression()));
        }
        return new Statement.With(values, body("endwith"));
    }

    private Target target(boolean members) {
        List<Target> targets = new ArrayList<>();
        boolean several = false;
        do {
            if (!targets.isEmpty()
                    && !tokens.current().is(Kind.NAME)
                    && !tokens.current().isOperator("(")) {
                break;
            }
            targets.add(oneTarget(members));
            several |= tokens.current().isOperator(",");
        } while (tokens.skipOperator(","));
        return several ? new Target.Several(targets) : targets.getFirst();
    }

    private Target oneTarget(boolean members) {
        if (tokens.skipOperator("(")) {
            Target inner = target(members);
            tokens.expectOperator(")");
            return inner;
        }
        String name = tokens.expect(Kind.NAME).text();
        if (ExpressionParser.CONSTANTS.containsKey(name)) {
            throw tokens.error(name + " cannot be assigned to");
        }
        if (members && tokens.skipOperator(".")) {
            return new Target.Member(name, tokens.expect(Kind.NAME).text());
        }
        return new Target.Variable(name);
    }
}
