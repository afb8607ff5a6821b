package io.intramuros.engine.template.jinja;

import io.intramuros.engine.template.jinja.Expression.Arguments;
import io.intramuros.engine.template.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads expressions, in Jinja's order of precedence. Filters, tests and methods that are not known are refused. */
final class ExpressionParser {
    static final Map<String, Object> CONSTANTS = Map.of(
            "true", true,
            "True", true,
            "false", false,
            "False", false,
            "none", Values.NONE,
            "None", Values.NONE);

    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

    private final Tokens tokens;
    private int depth;

    ExpressionParser(Tokens tokens) {
        this.tokens = tokens;
    }

    /** What is put out: here {@code safe} may come last, since nothing is escaped. */
    Expression output() {
        Expression value = tuple(true);
        return value instanceof Expression.Filter filter && filter.name().equals("safe")
                ? filter.operand()
                : checked(value);
    }

    Expression expression() {
        return checked(conditional());
    }

    /** One expression, or several with commas between them, which make a tuple. */
    Expression tuple(boolean conditional) {
        List<Expression> items = new ArrayList<>();
        boolean several = false;
        while (true) {
            if (!items.isEmpty() && endsTuple()) {
                break;
            }
            items.add(conditional ? conditional() : or());
            if (!tokens.skipOperator(",")) {
                break;
            }
            several = true;
        }
        if (several) {
            items.forEach(this::checked);
        }
        return several ? new Expression.TupleLiteral(items) : items.getFirst();
    }

    private boolean endsTuple() {
        Token token = tokens.current();
        return token.is(Kind.VARIABLE_END) || token.is(Kind.BLOCK_END) || token.isOperator(")");
    }

    /** {@code safe} would escape what it is joined with later; only at the end of an output it changes nothing. */
    private Expression checked(Expression expression) {
        if (expression instanceof Expression.Filter filter && filter.name().equals("safe")) {
            throw tokens.error("the filter safe is supported only at the end of an output");
        }
        return expression;
    }

    private Expression conditional() {
        enter();
        Expression value = or();
        while (tokens.skipName("if")) {
            Expression test = or();
            Expression otherwise = tokens.skipName("else") ? conditional() : null;
            value = new Expression.Conditional(test, value, otherwise);
        }
        depth--;
        return value;
    }

    private void enter() {
        if (++depth > Limits.NESTING) {
            throw tokens.error("expressions are nested too deeply");
        }
    }

    private Expression or() {
        Expression left = and();
        while (tokens.skipName("or")) {
            left = new Expression.Or(left, and());
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (tokens.skipName("and")) {
            left = new Expression.And(left, not());
        }
        return left;
    }

    private Expression not() {
        if (tokens.skipName("not")) {
            enter();
            Expression operand = not();
            depth--;
            return new Expression.Not(operand);
        }
        return comparison();
    }

    private Expression comparison() {
        Expression first = sum();
        List<Map.Entry<String, Expression>> rest = new ArrayList<>();
        while (true) {
            Token token = tokens.current();
            if (token.is(Kind.OPERATOR) && COMPARISONS.contains(token.text())) {
                tokens.next();
                rest.add(Map.entry(token.text(), sum()));
            } else if (tokens.skipName("in")) {
                rest.add(Map.entry("in", sum()));
            } else if (token.isName("not") && tokens.following().isName("in")) {
                tokens.next();
                tokens.next();
                rest.add(Map.entry("not in", sum()));
            } else {
                return rest.isEmpty() ? first : new Expression.Comparison(first, rest);
            }
        }
    }

    private Expression sum() {
        Expression left = concatenation();
        while (tokens.current().isOperator("+") || tokens.current().isOperator("-")) {
            left = new Expression.Arithmetic(tokens.next().text(), left, concatenation());
        }
        return left;
    }

    private Expression concatenation() {
        Expression first = product();
        if (!tokens.current().isOperator("~")) {
            return first;
        }
        List<Expression> parts = new ArrayList<>(List.of(first));
        while (tokens.skipOperator("~")) {
            parts.add(product());
        }
        return new Expression.Concatenation(parts);
    }

    private Expression product() {
        Expression left = power();
        while (Set.of("*", "/", "//", "%").contains(tokens.current().text())
                && tokens.current().is(Kind.OPERATOR)) {
            left = new Expression.Arithmetic(tokens.next().text(), left, power());
        }
        return left;
    }

    private Expression power() {
        Expression left = unary(true);
        while (tokens.skipOperator("**")) {
            left = new Expression.Arithmetic("**", left, unary(true));
        }
        return left;
    }

    private Expression unary(boolean withFilters) {
        enter();
        Expression value;
        if (tokens.current().isOperator("-") || tokens.current().isOperator("+")) {
            boolean negative = tokens.next().text().equals("-");
            value = new Expression.Negation(unary(false), negative);
        } else {
            value = primary();
        }
        value = postfix(value);
        depth--;
        return withFilters ? filters(value, false) : value;
    }

    private Expression primary() {
        Token token = tokens.next();
        return switch (token.kind()) {
            case NAME ->
                CONSTANTS.containsKey(token.text())
                        ? new Expression.Literal(CONSTANTS.get(token.text()))
                        : new Expression.Name(token.text());
            case STRING -> {
                StringBuilder text = new StringBuilder((String) token.value());
                while (tokens.current().is(Kind.STRING)) {
                    text.append(tokens.next().value());
                }
                yield new Expression.Literal(text.toString());
            }
            case INTEGER, FLOAT -> new Expression.Literal(token.value());
            default -> bracketed(token);
        };
    }

    private Expression bracketed(Token open) {
        if (open.isOperator("(")) {
            if (tokens.skipOperator(")")) {
                return new Expression.TupleLiteral(List.of());
            }
            Expression inner = checked(tuple(true));
            tokens.expectOperator(")");
            return inner;
        }
        if (open.isOperator("[")) {
            return new Expression.ListLiteral(items("]"));
        }
        if (open.isOperator("{")) {
            List<Map.Entry<Expression, Expression>> entries = new ArrayList<>();
            while (!tokens.skipOperator("}")) {
                if (!entries.isEmpty()) {
                    tokens.expectOperator(",");
                    if (tokens.skipOperator("}")) {
                        break;
                    }
                }
                Expression key = expression();
                tokens.expectOperator(":");
                entries.add(Map.entry(key, expression()));
            }
            return new Expression.DictLiteral(entries);
        }
        throw new TemplateSyntaxException(open.line(), "unexpected " + open.kind() + " " + open.text());
    }

    private List<Expression> items(String end) {
        List<Expression> items = new ArrayList<>();
        while (!tokens.skipOperator(end)) {
            if (!items.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.skipOperator(end)) {
                    break;
                }
            }
            items.add(expression());
        }
        return items;
    }

    private Expression postfix(Expression value) {
        Expression result = value;
        while (true) {
            if (tokens.skipOperator(".")) {
                Token name = tokens.next();
                if (name.is(Kind.NAME)) {
                    result = new Expression.Attribute(result, name.text());
                } else if (name.is(Kind.INTEGER)) {
                    result = new Expression.Item(result, new Expression.Literal(name.value()));
                } else {
                    throw tokens.error("expected a name after the dot");
                }
            } else if (tokens.skipOperator("[")) {
                result = subscript(result);
            } else if (tokens.current().isOperator("(")) {
                result = call(result);
            } else {
                return result;
            }
        }
    }

    private Expression call(Expression callee) {
        if (callee instanceof Expression.Attribute attribute && !Methods.known(attribute.name())) {
            throw tokens.error("the method " + attribute.name() + " is not supported");
        }
        return new Expression.Call(callee, arguments());
    }

    private Expression subscript(Expression operand) {
        Expression start = tokens.current().isOperator(":") ? null : expression();
        if (tokens.skipOperator("]")) {
            return new Expression.Item(operand, start);
        }
        tokens.expectOperator(":");
        Expression stop = sliceEnd() ? null : expression();
        Expression step = tokens.skipOperator(":") && !sliceEnd() ? expression() : null;
        tokens.expectOperator("]");
        return new Expression.Slice(operand, start, stop, step);
    }

    private boolean sliceEnd() {
        return tokens.current().isOperator(":") || tokens.current().isOperator("]");
    }

    /**
     * Filters, tests and calls behind a value.
     *
     * @param value the value, {@code null} for the text of a block
     * @param begun whether the first filter's bar is left out, as at the beginning of a filter block
     */
    Expression filters(Expression value, boolean begun) {
        Expression result = begun ? filter(value) : value;
        while (true) {
            if (tokens.skipOperator("|")) {
                result = filter(result == null ? null : checked(result));
            } else if (result != null && tokens.skipName("is")) {
                result = test(checked(result));
            } else if (result != null && tokens.current().isOperator("(")) {
                result = call(checked(result));
            } else {
                return result;
            }
        }
    }

    private Expression filter(Expression operand) {
        Token name = tokens.expect(Kind.NAME);
        if (!Filters.known(name.text()) && !name.text().equals("safe")) {
            throw tokens.error("the filter " + name.text() + " is not supported");
        }
        Arguments arguments = tokens.current().isOperator("(") ? arguments() : Arguments.NONE;
        checkNamed(name.text(), arguments);
        return new Expression.Filter(operand, name.text(), arguments);
    }

    /** Filters and tests that are named in arguments, as {@code map('upper')} names one, have to be known too. */
    private void checkNamed(String filter, Arguments arguments) {
        int at = Filters.positionOfNamedTest(filter);
        if (at >= 0 && arguments.positional().size() > at) {
            if (!(arguments.positional().get(at) instanceof Expression.Literal(String test)) || !Tests.known(test)) {
                throw tokens.error("the filter " + filter + " names a test that is not supported");
            }
        }
        if (filter.equals("map") && !arguments.positional().isEmpty()) {
            if (!(arguments.positional().getFirst() instanceof Expression.Literal(String mapped))
                    || !Filters.known(mapped)) {
                throw tokens.error("the filter map names a filter that is not supported");
            }
        }
    }

    private Expression test(Expression operand) {
        boolean negated = tokens.skipName("not");
        Token name = tokens.next();
        if (!name.is(Kind.NAME) || !Tests.known(name.text())) {
            throw tokens.error("the test " + name.text() + " is not supported");
        }
        Arguments arguments = Arguments.NONE;
        if (tokens.current().isOperator("(")) {
            arguments = arguments();
        } else if (beginsArgument(tokens.current())) {
            arguments = new Arguments(List.of(postfix(primary())), Map.of());
        }
        Expression test = new Expression.Test(operand, name.text(), arguments);
        return negated ? new Expression.Not(test) : test;
    }

    private static boolean beginsArgument(Token token) {
        return switch (token.kind()) {
            case NAME -> !Set.of("else", "or", "and", "if", "is", "in", "not").contains(token.text());
            case STRING, INTEGER, FLOAT -> true;
            default -> token.isOperator("[") || token.isOperator("{");
        };
    }

    private Arguments arguments() {
        tokens.expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        boolean first = true;
        while (!tokens.skipOperator(")")) {
            if (!first) {
                tokens.expectOperator(",");
                if (tokens.skipOperator(")")) {
                    break;
                }
            }
            first = false;
            if (tokens.current().isOperator("*") || tokens.current().isOperator("**")) {
                throw tokens.error("unpacking arguments is not supported");
            }
            if (tokens.current().is(Kind.NAME) && tokens.following().isOperator("=")) {
                String name = tokens.next().text();
                tokens.next();
                if (named.put(name, expression()) != null) {
                    throw tokens.error("the argument " + name + " is given twice");
                }
            } else if (named.isEmpty()) {
                positional.add(expression());
            } else {
                throw tokens.error("a positional argument follows a named one");
            }
        }
        return new Arguments(positional, named);
    }
}
