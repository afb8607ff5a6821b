package io.intramuros.engine.template.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Values that Python has and Java has not, and what holds for all values. */
final class Values {
    /** The type of Python's {@code None}. */
    enum None {
        NONE
    }

    static final None NONE = None.NONE;

    private Values() {}

    /** A name, attribute or item that is not there. Prints as nothing; most operations on it fail. */
    record Undefined(String name) {
        TemplateRenderException failure() {
            return new TemplateRenderException(name + " is undefined");
        }
    }

    /** A list that cannot change. */
    record Tuple(List<Object> items) {}

    /** Something to be walked through once, always true, without length or index. */
    static final class Generator {
        private Iterator<Object> rest;

        Generator(Iterable<Object> items) {
            rest = items.iterator();
        }

        List<Object> take() {
            List<Object> items = new ArrayList<>();
            rest.forEachRemaining(items::add);
            return items;
        }

        /** The next item, or {@code null} at the end. */
        Object next() {
            return rest.hasNext() ? rest.next() : null;
        }
    }

    /** What {@code namespace()} makes: its attributes can be set from inner scopes. */
    record Namespace(Map<String, Object> attributes) {}

    /** What can be called. */
    @FunctionalInterface
    interface Function {
        Object call(Arguments arguments);
    }

    /** Arguments of a call, filter or test. */
    record Arguments(List<Object> positional, Map<String, Object> named) {
        static final Arguments NONE = new Arguments(List.of(), Map.of());

        /** The argument at that place or of that name, {@code fallback} if it is not given. */
        Object get(int position, String name, Object fallback) {
            if (position < positional.size()) {
                return positional.get(position);
            }
            return named.getOrDefault(name, fallback);
        }

        Object require(int position, String name) {
            Object value = get(position, name, null);
            if (value == null) {
                throw new TemplateRenderException("the argument " + name + " is missing");
            }
            return value;
        }

        Arguments without(int count) {
            return new Arguments(positional.subList(Math.min(count, positional.size()), positional.size()), named);
        }

        /** @throws TemplateRenderException if there are more arguments, or others, than these */
        void allow(String... names) {
            if (positional.size() > names.length) {
                throw new TemplateRenderException("too many arguments");
            }
            for (String given : named.keySet()) {
                if (!List.of(names).contains(given)) {
                    throw new TemplateRenderException("the argument " + given + " is not known");
                }
            }
        }
    }

    static boolean truth(Object value) {
        return switch (value) {
            case Boolean flag -> flag;
            case Long number -> number != 0;
            case Double number -> number != 0;
            case String text -> !text.isEmpty();
            case List<?> list -> !list.isEmpty();
            case Tuple tuple -> !tuple.items().isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            case Undefined _ -> false;
            default -> value != NONE;
        };
    }

    /** Python's {@code ==}. */
    static boolean equal(Object a, Object b) {
        if (isNumber(a) && isNumber(b)) {
            return (a instanceof Double || b instanceof Double) ? real(a) == real(b) : whole(a) == whole(b);
        }
        return switch (a) {
            case List<?> list -> b instanceof List<?> other && equal(list, other);
            case Tuple tuple -> b instanceof Tuple other && equal(tuple.items(), other.items());
            case Map<?, ?> map -> b instanceof Map<?, ?> other && equal(map, other);
            case Undefined _ -> b instanceof Undefined;
            default -> a.equals(b);
        };
    }

    private static boolean equal(List<?> a, List<?> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!equal(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean equal(Map<?, ?> a, Map<?, ?> b) {
        return a.size() == b.size()
                && a.entrySet().stream()
                        .allMatch(entry ->
                                b.containsKey(entry.getKey()) && equal(entry.getValue(), b.get(entry.getKey())));
    }

    /** Booleans count as numbers, as in Python. */
    static boolean isNumber(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean;
    }

    static double real(Object number) {
        return number instanceof Double real ? real : whole(number);
    }

    static long whole(Object number) {
        return switch (number) {
            case Boolean flag -> flag ? 1 : 0;
            case Long whole -> whole;
            default -> throw new TemplateRenderException("a whole number is needed, not " + typeName(number));
        };
    }

    static String text(Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw new TemplateRenderException("a string is needed, not " + typeName(value));
    }

    /** What a loop over the value walks through. */
    static List<?> items(Object value) {
        return switch (value) {
            case List<?> list -> list;
            case Tuple tuple -> tuple.items();
            case Map<?, ?> map -> List.copyOf(map.keySet());
            case String text -> PythonStrings.characters(text);
            case Generator generator -> generator.take();
            case Undefined _ -> List.of();
            default -> throw new TemplateRenderException(typeName(value) + " cannot be walked through");
        };
    }

    /** Python's {@code len}. */
    static long length(Object value) {
        return switch (value) {
            case String text -> PythonStrings.length(text);
            case List<?> list -> list.size();
            case Tuple tuple -> tuple.items().size();
            case Map<?, ?> map -> map.size();
            case Undefined _ -> 0;
            default -> throw new TemplateRenderException(typeName(value) + " has no length");
        };
    }

    static String typeName(Object value) {
        return switch (value) {
            case Boolean _ -> "a boolean";
            case Long _ -> "an integer";
            case Double _ -> "a float";
            case String _ -> "a string";
            case List<?> _ -> "a list";
            case Tuple _ -> "a tuple";
            case Map<?, ?> _ -> "a dictionary";
            case Undefined undefined -> undefined.name() + ", which is undefined,";
            case Namespace _ -> "a namespace";
            case Generator _ -> "a generator";
            default -> value == NONE ? "None" : "a function";
        };
    }

    /** A Java value as a template sees it: lists and maps all through, {@code null} as {@code None}. */
    static Object of(Object value) {
        return switch (value) {
            case null -> NONE;
            case Integer number -> number.longValue();
            case Float number -> number.doubleValue();
            case List<?> list -> {
                List<Object> items = new ArrayList<>();
                list.forEach(item -> items.add(of(item)));
                yield items;
            }
            case Map<?, ?> map -> {
                Map<Object, Object> entries = new LinkedHashMap<>();
                map.forEach((key, item) -> entries.put(key, of(item)));
                yield entries;
            }
            default -> value;
        };
    }

    static Namespace namespace(Arguments arguments) {
        Map<String, Object> attributes = new HashMap<>();
        for (Object positional : arguments.positional()) {
            if (!(positional instanceof Map<?, ?> map)) {
                throw new TemplateRenderException("namespace takes a dictionary and named arguments");
            }
            map.forEach((key, value) -> attributes.put(text(key), value));
        }
        attributes.putAll(arguments.named());
        for (String name : attributes.keySet()) {
            checkAttribute(name);
        }
        return new Namespace(attributes);
    }

    static void checkAttribute(String name) {
        if (name.startsWith("_")) {
            throw new TemplateRenderException("a namespace cannot hold " + name + ": names must not begin with _");
        }
    }
}
