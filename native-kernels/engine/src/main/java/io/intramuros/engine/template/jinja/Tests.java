package io.intramuros.engine.template.jinja;

import io.intramuros.engine.template.jinja.Values.Arguments;
import io.intramuros.engine.template.jinja.Values.Tuple;
import io.intramuros.engine.template.jinja.Values.Undefined;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiPredicate;

/** What {@code is} asks. */
final class Tests {
    private static final Map<String, BiPredicate<Object, Arguments>> TESTS = Map.ofEntries(
            Map.entry("defined", (value, _) -> !(value instanceof Undefined)),
            Map.entry("undefined", (value, _) -> value instanceof Undefined),
            Map.entry("none", (value, _) -> value == Values.NONE),
            Map.entry("boolean", (value, _) -> value instanceof Boolean),
            Map.entry("true", (value, _) -> value.equals(true)),
            Map.entry("false", (value, _) -> value.equals(false)),
            Map.entry("string", (value, _) -> value instanceof String),
            Map.entry("number", (value, _) -> Values.isNumber(value)),
            Map.entry("integer", (value, _) -> value instanceof Long),
            Map.entry("float", (value, _) -> value instanceof Double),
            Map.entry("mapping", (value, _) -> value instanceof Map),
            Map.entry("iterable", (value, _) -> iterable(value)),
            Map.entry("sequence", (value, _) -> sequence(value)),
            Map.entry("callable", (value, _) -> value instanceof Values.Function),
            Map.entry("odd", (value, _) -> Operators.arithmetic("%", value, 2L).equals(1L)),
            Map.entry("even", (value, _) -> Operators.arithmetic("%", value, 2L).equals(0L)),
            Map.entry(
                    "divisibleby",
                    (value, arguments) -> Operators.arithmetic("%", value, arguments.require(0, "num"))
                            .equals(0L)),
            Map.entry("lower", (value, _) -> cased(Writing.str(value)) && lower(Writing.str(value))),
            Map.entry("upper", (value, _) -> cased(Writing.str(value)) && upper(Writing.str(value))),
            Map.entry("sameas", (value, arguments) -> same(value, arguments.require(0, "other"))),
            Map.entry("in", comparison("in")),
            Map.entry("eq", comparison("==")),
            Map.entry("equalto", comparison("==")),
            Map.entry("ne", comparison("!=")),
            Map.entry("lt", comparison("<")),
            Map.entry("lessthan", comparison("<")),
            Map.entry("le", comparison("<=")),
            Map.entry("gt", comparison(">")),
            Map.entry("greaterthan", comparison(">")),
            Map.entry("ge", comparison(">=")));

    private Tests() {}

    static boolean known(String name) {
        return TESTS.containsKey(name);
    }

    static boolean holds(String name, Object value, Arguments arguments) {
        return TESTS.get(name).test(value, arguments);
    }

    private static BiPredicate<Object, Arguments> comparison(String operator) {
        return (value, arguments) -> Operators.compare(operator, value, arguments.require(0, "other"));
    }

    private static boolean iterable(Object value) {
        return sequence(value) || value instanceof Values.Generator;
    }

    private static boolean sequence(Object value) {
        return value instanceof List
                || value instanceof Tuple
                || value instanceof Map
                || value instanceof String
                || value instanceof Undefined;
    }

    private static boolean same(Object a, Object b) {
        if (b instanceof Boolean || b == Values.NONE) {
            return a.equals(b);
        }
        throw new TemplateRenderException("sameas compares with true, false and none only");
    }

    private static boolean cased(String text) {
        return text.codePoints().anyMatch(c -> Character.isUpperCase(c) || Character.isLowerCase(c));
    }

    private static boolean lower(String text) {
        return text.equals(text.toLowerCase(Locale.ROOT));
    }

    private static boolean upper(String text) {
        return text.equals(text.toUpperCase(Locale.ROOT));
    }
}
