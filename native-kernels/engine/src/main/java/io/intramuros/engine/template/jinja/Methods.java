package io.intramuros.engine.template.jinja;

import io.intramuros.engine.template.jinja.Values.Arguments;
import io.intramuros.engine.template.jinja.Values.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.IntPredicate;

/** The methods of Python's strings, dictionaries and lists that templates may call. None of them changes anything. */
final class Methods {
    private static final Map<String, BiFunction<String, Arguments, Object>> OF_STRINGS = Map.ofEntries(
            Map.entry("upper", (text, _) -> text.toUpperCase(Locale.ROOT)),
            Map.entry("lower", (text, _) -> text.toLowerCase(Locale.ROOT)),
            Map.entry("capitalize", (text, _) -> PythonStrings.capitalize(text)),
            Map.entry("title", (text, _) -> PythonStrings.title(text)),
            Map.entry("strip", (text, arguments) -> strip(text, arguments, true, true)),
            Map.entry("lstrip", (text, arguments) -> strip(text, arguments, true, false)),
            Map.entry("rstrip", (text, arguments) -> strip(text, arguments, false, true)),
            Map.entry(
                    "startswith", (text, arguments) -> affix(arguments).stream().anyMatch(text::startsWith)),
            Map.entry("endswith", (text, arguments) -> affix(arguments).stream().anyMatch(text::endsWith)),
            Map.entry("removeprefix", (text, arguments) -> {
                String prefix = Values.text(arguments.require(0, "prefix"));
                return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
            }),
            Map.entry("removesuffix", (text, arguments) -> {
                String suffix = Values.text(arguments.require(0, "suffix"));
                return text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
            }),
            Map.entry("split", (text, arguments) -> split(text, arguments, false)),
            Map.entry("rsplit", (text, arguments) -> split(text, arguments, true)),
            Map.entry("splitlines", (text, _) -> new ArrayList<Object>(PythonStrings.splitLines(text))),
            Map.entry("replace", (text, arguments) -> {
                arguments.allow("old", "new", "count");
                return replace(
                        text,
                        Values.text(arguments.require(0, "old")),
                        Values.text(arguments.require(1, "new")),
                        Values.whole(arguments.get(2, "count", -1L)));
            }),
            Map.entry("find", (text, arguments) -> index(text, text.indexOf(part(arguments)))),
            Map.entry("rfind", (text, arguments) -> index(text, text.lastIndexOf(part(arguments)))),
            Map.entry("index", (text, arguments) -> {
                if (!text.contains(part(arguments))) {
                    throw new TemplateRenderException("the text is not found");
                }
                return index(text, text.indexOf(part(arguments)));
            }),
            Map.entry("count", (text, arguments) -> count(text, part(arguments))),
            Map.entry(
                    "join",
                    (text, arguments) -> Filters.join(Values.items(arguments.require(0, "iterable")), text, false)),
            Map.entry("isspace", (text, _) -> all(text, PythonStrings::isSpace)),
            Map.entry("isalpha", (text, _) -> all(text, Character::isLetter)),
            Map.entry("isalnum", (text, _) -> all(text, c -> Character.isLetter(c) || isNumeric(c))),
            Map.entry("isdigit", (text, _) -> all(text, Character::isDigit)));

    private static final Map<String, BiFunction<Map<?, ?>, Arguments, Object>> OF_DICTIONARIES = Map.of(
            "get",
            (map, arguments) -> {
                arguments.allow("key", "default");
                Object value = map.get(arguments.require(0, "key"));
                return value == null ? arguments.get(1, "default", Values.NONE) : value;
            },
            "items",
            (map, _) -> pairs(map),
            "keys",
            (map, _) -> new ArrayList<Object>(map.keySet()),
            "values",
            (map, _) -> new ArrayList<Object>(map.values()));

    private static final Map<String, BiFunction<List<?>, Arguments, Object>> OF_LISTS = Map.of(
            "count",
            (list, arguments) -> list.stream()
                    .filter(item -> Values.equal(item, arguments.require(0, "value")))
                    .count(),
            "index",
            (list, arguments) -> {
                for (int i = 0; i < list.size(); i++) {
                    if (Values.equal(list.get(i), arguments.require(0, "value"))) {
                        return (long) i;
                    }
                }
                throw new TemplateRenderException("the value is not in the list");
            });

    private Methods() {}

    /** Whether some kind of value has a method of that name. */
    static boolean known(String name) {
        return OF_STRINGS.containsKey(name)
                || OF_DICTIONARIES.containsKey(name)
                || OF_LISTS.containsKey(name)
                || LoopState.METHODS.contains(name);
    }

    /** The method, ready to be called, or {@code null}. */
    static Values.Function find(Object value, String name) {
        return switch (value) {
            case String text
            when OF_STRINGS.containsKey(name) ->
                arguments -> OF_STRINGS.get(name).apply(text, arguments);
            case Map<?, ?> map
            when OF_DICTIONARIES.containsKey(name) ->
                arguments -> OF_DICTIONARIES.get(name).apply(map, arguments);
            case List<?> list
            when OF_LISTS.containsKey(name) -> arguments -> OF_LISTS.get(name).apply(list, arguments);
            case Tuple(List<Object> items)
            when OF_LISTS.containsKey(name) -> arguments -> OF_LISTS.get(name).apply(items, arguments);
            default -> null;
        };
    }

    static List<Object> pairs(Map<?, ?> map) {
        List<Object> pairs = new ArrayList<>();
        map.forEach((key, value) -> pairs.add(new Tuple(List.of(key, value))));
        return pairs;
    }

    static String replace(String text, String old, String replacement, long count) {
        if (count == 0) {
            return text;
        }
        long growth = Math.max(0, replacement.length() - old.length());
        Limits.checkLength(text.length() + growth * (text.length() / Math.max(1, old.length()) + 1L));
        if (count < 0) {
            return text.replace(old, replacement);
        }
        StringBuilder result = new StringBuilder();
        int from = 0;
        for (long done = 0; done < count; done++) {
            int at = old.isEmpty() ? (done == 0 ? 0 : from + 1) : text.indexOf(old, from);
            if (at < 0 || at > text.length()) {
                break;
            }
            result.append(text, from, at).append(replacement);
            from = at + old.length();
        }
        return result.append(text.substring(from)).toString();
    }

    private static String strip(String text, Arguments arguments, boolean leading, boolean trailing) {
        Object characters = arguments.get(0, "chars", Values.NONE);
        return PythonStrings.strip(text, characters == Values.NONE ? null : Values.text(characters), leading, trailing);
    }

    private static List<String> affix(Arguments arguments) {
        if (arguments.positional().size() != 1) {
            throw new TemplateRenderException("startswith and endswith take one argument here");
        }
        return arguments.positional().getFirst() instanceof Tuple(List<Object> several)
                ? several.stream().map(Values::text).toList()
                : List.of(Values.text(arguments.positional().getFirst()));
    }

    private static Object split(String text, Arguments arguments, boolean fromRight) {
        arguments.allow("sep", "maxsplit");
        Object separator = arguments.get(0, "sep", Values.NONE);
        if (separator.equals("")) {
            throw new TemplateRenderException("a separator must not be empty");
        }
        long limit = Values.whole(arguments.get(1, "maxsplit", -1L));
        return new ArrayList<Object>(
                PythonStrings.split(text, separator == Values.NONE ? null : Values.text(separator), limit, fromRight));
    }

    private static String part(Arguments arguments) {
        if (arguments.positional().size() != 1) {
            throw new TemplateRenderException("searching takes one argument here");
        }
        return Values.text(arguments.positional().getFirst());
    }

    private static long index(String text, int at) {
        return at < 0 ? -1 : text.codePointCount(0, at);
    }

    private static long count(String text, String part) {
        if (part.isEmpty()) {
            return PythonStrings.length(text) + 1L;
        }
        long count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }

    private static boolean all(String text, IntPredicate kind) {
        return !text.isEmpty() && text.codePoints().allMatch(kind);
    }

    private static boolean isNumeric(int c) {
        int type = Character.getType(c);
        return type == Character.DECIMAL_DIGIT_NUMBER
                || type == Character.LETTER_NUMBER
                || type == Character.OTHER_NUMBER;
    }
}
