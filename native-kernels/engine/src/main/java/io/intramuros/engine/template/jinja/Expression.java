package io.intramuros.engine.template.jinja;

import java.util.List;
import java.util.Map;

/** What has a value. Optional parts are {@code null}. */
sealed interface Expression {
    record Literal(Object value) implements Expression {}

    record Name(String name) implements Expression {}

    record ListLiteral(List<Expression> items) implements Expression {}

    record TupleLiteral(List<Expression> items) implements Expression {}

    record DictLiteral(List<Map.Entry<Expression, Expression>> entries) implements Expression {}

    /** {@code operand.name}. */
    record Attribute(Expression operand, String name) implements Expression {}

    /** {@code operand[key]}. */
    record Item(Expression operand, Expression key) implements Expression {}

    /** {@code operand[start:stop:step]}. */
    record Slice(Expression operand, Expression start, Expression stop, Expression step) implements Expression {}

    record Call(Expression callee, Arguments arguments) implements Expression {}

    /** {@code operand|name(arguments)}; the operand is {@code null} in a filter block. */
    record Filter(Expression operand, String name, Arguments arguments) implements Expression {}

    /** {@code operand is name(arguments)}. */
    record Test(Expression operand, String name, Arguments arguments) implements Expression {}

    record Not(Expression operand) implements Expression {}

    record Negation(Expression operand, boolean negative) implements Expression {}

    record And(Expression left, Expression right) implements Expression {}

    record Or(Expression left, Expression right) implements Expression {}

    /** {@code + - * / // % **}. */
    record Arithmetic(String operator, Expression left, Expression right) implements Expression {}

    /** {@code a ~ b ~ c}. */
    record Concatenation(List<Expression> parts) implements Expression {}

    /** {@code first op operand op operand …}, as Python chains them. */
    record Comparison(Expression first, List<Map.Entry<String, Expression>> rest) implements Expression {}

    record Conditional(Expression test, Expression whenTrue, Expression whenFalse) implements Expression {}

    /** Arguments of a call, filter or test. */
    record Arguments(List<Expression> positional, Map<String, Expression> named) {
        static final Arguments NONE = new Arguments(List.of(), Map.of());
    }
}
