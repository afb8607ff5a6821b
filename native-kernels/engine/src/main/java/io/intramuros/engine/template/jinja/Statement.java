package io.intramuros.engine.template.jinja;

import java.util.List;
import java.util.Map;

/** What a template does. Optional parts are {@code null} or empty. */
sealed interface Statement {
    record Text(String text) implements Statement {}

    record Output(Expression value) implements Statement {}

    record If(List<Map.Entry<Expression, List<Statement>>> branches, List<Statement> otherwise) implements Statement {}

    record For(Target target, Expression iterable, Expression filter, List<Statement> body, List<Statement> otherwise)
            implements Statement {}

    record Set(Target target, Expression value) implements Statement {}

    /** {@code set} with a body; {@code filters} is applied to its text. */
    record SetBlock(Target target, Expression filters, List<Statement> body) implements Statement {}

    record Macro(String name, List<Parameter> parameters, List<Statement> body) implements Statement {}

    record CallBlock(Expression.Call call, List<Parameter> parameters, List<Statement> body) implements Statement {}

    record FilterBlock(Expression filters, List<Statement> body) implements Statement {}

    record With(List<Map.Entry<Target, Expression>> values, List<Statement> body) implements Statement {}

    /** Statements without a scope of their own. */
    record Block(List<Statement> body) implements Statement {}

    record Break() implements Statement {}

    record Continue() implements Statement {}

    /** A macro's parameter. */
    record Parameter(String name, Expression fallback) {}

    /** What a value is assigned to. */
    sealed interface Target {
        record Variable(String name) implements Target {}

        /** An attribute of a namespace. */
        record Member(String namespace, String attribute) implements Target {}

        record Several(List<Target> targets) implements Target {}
    }
}
