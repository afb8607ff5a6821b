package io.intramuros.engine.template.jinja;

import io.intramuros.engine.template.jinja.Values.Arguments;
import io.intramuros.engine.template.jinja.Values.Generator;
import io.intramuros.engine.template.jinja.Values.Tuple;
import io.intramuros.engine.template.jinja.Values.Undefined;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code |} does. */
final class Filters {
    /** Where words begin, for {@code title}: what Jinja splits at. */
    private static final Pattern WORDS =
            Pattern.compile("[^-\\s({\\[<]+|[-\\s({\\[<]+", Pattern.UNICODE_CHARACTER_CLASS);

    private static final Map<String, BiFunction<Object, Arguments, Object>> FILTERS = Map.ofEntries(
            Map.entry("trim", (value, arguments) -> {
                Object characters = arguments.get(0, "chars", Values.NONE);
                String strips = characters == Values.NONE ? null : Values.text(characters);
                return PythonStrings.strip(Writing.str(value), strips, true, true);
            }),
            Map.entry("length", (value, _) -> Values.length(value)),
            Map.entry("count", (value, _) -> Values.length(value)),
            Map.entry("upper", (value, _) -> Writing.str(value).toUpperCase(Locale.ROOT)),
            Map.entry("lower", (value, _) -> Writing.str(value).toLowerCase(Locale.ROOT)),
            Map.entry("capitalize", (value, _) -> PythonStrings.capitalize(Writing.str(value))),
            Map.entry("title", (value, _) -> title(Writing.str(value))),
            Map.entry("string", (value, _) -> Writing.str(value)),
            Map.entry(
                    "replace",
                    (value, arguments) -> Methods.replace(
                            Writing.str(value),
                            Writing.str(arguments.require(0, "old")),
                            Writing.str(arguments.require(1, "new")),
                            wholeOr(arguments.get(2, "count", Values.NONE), -1))),
            Map.entry("indent", Filters::indent),
            Map.entry("join", Filters::join),
            Map.entry("list", (value, _) -> new ArrayList<Object>(Values.items(value))),
            Map.entry("first", (value, _) -> first(value)),
            Map.entry("last", (value, _) -> {
                List<?> items = value instanceof Generator ? unordered() : Values.items(value);
                return items.isEmpty() ? new Undefined("the last item of nothing") : items.getLast();
            }),
            Map.entry(
                    "reverse",
                    (value, _) -> value instanceof String text
                            ? String.join("", PythonStrings.characters(text).reversed())
                            : new Generator(new ArrayList<Object>(Values.items(value)).reversed())),
            Map.entry("sort", Filters::sort),
            Map.entry("unique", Filters::unique),
            Map.entry("min", (value, arguments) -> extreme(value, arguments, "min")),
            Map.entry("max", (value, arguments) -> extreme(value, arguments, "max")),
            Map.entry("sum", (value, arguments) -> {
                Object sum = arguments.get(1, "start", 0L);
                Function<Object, Object> key = attribute(arguments.get(0, "attribute", Values.NONE));
                for (Object item : Values.items(value)) {
                    sum = Operators.arithmetic("+", sum, key.apply(item));
                }
                return sum;
            }),
            Map.entry("items", (value, _) -> items(value)),
            Map.entry("dictsort", Filters::dictsort),
            Map.entry("default", Filters::orDefault),
            Map.entry("d", Filters::orDefault),
            Map.entry("tojson", Filters::toJson),
            Map.entry("int", (value, arguments) -> toInt(value, arguments.get(0, "default", 0L))),
            Map.entry("float", (value, arguments) -> toFloat(value, arguments.get(0, "default", 0.0))),
            Map.entry(
                    "abs",
                    (value, _) -> value instanceof Double number
                            ? (Object) Math.abs(number)
                            : Math.absExact(Values.whole(value))),
            Map.entry("round", Filters::round),
            Map.entry("map", Filters::map),
            Map.entry("select", (value, arguments) -> chosen(value, arguments, false, true)),
            Map.entry("reject", (value, arguments) -> chosen(value, arguments, false, false)),
            Map.entry("selectattr", (value, arguments) -> chosen(value, arguments, true, true)),
            Map.entry("rejectattr", (value, arguments) -> chosen(value, arguments, true, false)));

    private Filters() {}

    static boolean known(String name) {
        return FILTERS.containsKey(name);
    }

    /** At which place a filter takes the name of a test; -1 for most. */
    static int positionOfNamedTest(String filter) {
        return switch (filter) {
            case "select", "reject" -> 0;
            case "selectattr", "rejectattr" -> 1;
            default -> -1;
        };
    }

    static Object apply(String name, Object value, Arguments arguments) {
        return FILTERS.get(name).apply(value, arguments);
    }

    private static List<?> unordered() {
        throw new TemplateRenderException("a generator has no last item");
    }

    private static Object first(Object value) {
        if (value instanceof Generator generator) {
            Object first = generator.next();
            return first == null ? new Undefined("the first item of nothing") : first;
        }
        List<?> items = Values.items(value);
        return items.isEmpty() ? new Undefined("the first item of nothing") : items.getFirst();
    }

    private static long wholeOr(Object value, long fallback) {
        return value == Values.NONE ? fallback : Values.whole(value);
    }

    private static String title(String text) {
        StringBuilder title = new StringBuilder();
        Matcher words = WORDS.matcher(text);
        while (words.find()) {
            String word = words.group();
            int first = word.offsetByCodePoints(0, 1);
            title.append(word.substring(0, first).toUpperCase(Locale.ROOT))
                    .append(word.substring(first).toLowerCase(Locale.ROOT));
        }
        return title.toString();
    }

    private static String indent(Object value, Arguments arguments) {
        arguments.allow("width", "first", "blank");
        Object width = arguments.get(0, "width", 4L);
        String margin = width instanceof String text ? text : " ".repeat((int) Math.min(1000, Values.whole(width)));
        boolean first = Values.truth(arguments.get(1, "first", false));
        boolean blank = Values.truth(arguments.get(2, "blank", false));
        List<String> lines = PythonStrings.splitLines(Values.text(value) + "\n");
        StringBuilder indented = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            boolean indents = i == 0 ? first : blank || !lines.get(i).isEmpty();
            indented.append(i == 0 ? "" : "\n").append(indents ? margin : "").append(lines.get(i));
        }
        Limits.checkLength(indented.length());
        return indented.toString();
    }

    private static Object join(Object value, Arguments arguments) {
        arguments.allow("d", "attribute");
        Function<Object, Object> key = attribute(arguments.get(1, "attribute", Values.NONE));
        return join(Values.items(value).stream().map(key).toList(), Writing.str(arguments.get(0, "d", "")), true);
    }

    /** Items in a row; with {@code convert} whatever they are, else strings only. */
    static String join(List<?> items, String separator, boolean convert) {
        StringBuilder joined = new StringBuilder();
        for (int i = 0; i < items.size(); i++) {
            joined.append(i == 0 ? "" : separator)
                    .append(convert ? Writing.str(items.get(i)) : Values.text(items.get(i)));
            Limits.checkLength(joined.length());
        }
        return joined.toString();
    }

    private static Object sort(Object value, Arguments arguments) {
        arguments.allow("reverse", "case_sensitive", "attribute");
        Comparator<Object> order = order(
                attribute(arguments.get(2, "attribute", Values.NONE)),
                Values.truth(arguments.get(1, "case_sensitive", false)));
        List<Object> sorted = new ArrayList<>(Values.items(value));
        sorted.sort(Values.truth(arguments.get(0, "reverse", false)) ? Collections.reverseOrder(order) : order);
        return sorted;
    }

    private static Comparator<Object> order(Function<Object, Object> key, boolean caseSensitive) {
        return (a, b) -> Operators.compare(folded(key.apply(a), caseSensitive), folded(key.apply(b), caseSensitive));
    }

    private static Object folded(Object value, boolean caseSensitive) {
        return !caseSensitive && value instanceof String text ? text.toLowerCase(Locale.ROOT) : value;
    }

    private static Object unique(Object value, Arguments arguments) {
        arguments.allow("case_sensitive", "attribute");
        boolean caseSensitive = Values.truth(arguments.get(0, "case_sensitive", false));
        Function<Object, Object> key = attribute(arguments.get(1, "attribute", Values.NONE));
        List<Object> seen = new ArrayList<>();
        List<Object> unique = new ArrayList<>();
        for (Object item : Values.items(value)) {
            Object folded = folded(key.apply(item), caseSensitive);
            if (seen.stream().noneMatch(other -> Values.equal(other, folded))) {
                seen.add(folded);
                unique.add(item);
            }
        }
        return new Generator(unique);
    }

    private static Object extreme(Object value, Arguments arguments, String which) {
        arguments.allow("case_sensitive", "attribute");
        Comparator<Object> order = order(
                attribute(arguments.get(1, "attribute", Values.NONE)),
                Values.truth(arguments.get(0, "case_sensitive", false)));
        Object best = null;
        for (Object item : Values.items(value)) {
            int than = best == null ? 0 : order.compare(item, best);
            if (best == null || (which.equals("min") ? than < 0 : than > 0)) {
                best = item;
            }
        }
        return best == null ? new Undefined("the " + which + " of nothing") : best;
    }

    private static Object items(Object value) {
        if (value instanceof Undefined) {
            return new Generator(List.of());
        }
        if (value instanceof Map<?, ?> map) {
            return new Generator(Methods.pairs(map));
        }
        throw new TemplateRenderException("items needs a dictionary, not " + Values.typeName(value));
    }

    private static Object dictsort(Object value, Arguments arguments) {
        arguments.allow("case_sensitive", "by", "reverse");
        if (!(value instanceof Map<?, ?> map)) {
            throw new TemplateRenderException("dictsort needs a dictionary, not " + Values.typeName(value));
        }
        int place = arguments.get(1, "by", "key").equals("value") ? 1 : 0;
        Comparator<Object> order = order(
                pair -> ((Tuple) pair).items().get(place), Values.truth(arguments.get(0, "case_sensitive", false)));
        List<Object> pairs = Methods.pairs(map);
        pairs.sort(Values.truth(arguments.get(2, "reverse", false)) ? Collections.reverseOrder(order) : order);
        return pairs;
    }

    private static Object orDefault(Object value, Arguments arguments) {
        arguments.allow("default_value", "boolean");
        boolean orFalse = Values.truth(arguments.get(1, "boolean", false));
        boolean replaces = value instanceof Undefined || (orFalse && !Values.truth(value));
        return replaces ? arguments.get(0, "default_value", "") : value;
    }

    private static Object toJson(Object value, Arguments arguments) {
        arguments.allow("ensure_ascii", "indent", "separators", "sort_keys");
        Object width = arguments.get(1, "indent", Values.NONE);
        String indent = width == Values.NONE
                ? null
                : width instanceof String text ? text : " ".repeat(Math.clamp(Values.whole(width), 0, 1000));
        String itemSeparator = indent == null ? ", " : ",";
        String keySeparator = ": ";
        Object separators = arguments.get(2, "separators", Values.NONE);
        if (separators != Values.NONE) {
            List<?> both = Values.items(separators);
            if (both.size() != 2) {
                throw new TemplateRenderException("separators are two");
            }
            itemSeparator = Values.text(both.getFirst());
            keySeparator = Values.text(both.getLast());
        }
        boolean sortKeys = Values.truth(arguments.get(3, "sort_keys", false));
        boolean ascii = Values.truth(arguments.get(0, "ensure_ascii", false));
        return new Writing.Json(indent, itemSeparator, keySeparator, sortKeys, ascii).write(value);
    }

    private static Object toInt(Object value, Object fallback) {
        return switch (value) {
            case Long number -> number;
            case Boolean flag -> flag ? 1L : 0L;
            case Double number -> Double.isFinite(number) ? (Object) (long) number.doubleValue() : fallback;
            case String text -> {
                String trimmed = PythonStrings.strip(text);
                if (trimmed.matches("[+-]?[0-9]{1,18}")) {
                    yield Long.valueOf(trimmed);
                }
                Object real = toFloat(trimmed, Values.NONE);
                yield real instanceof Double number && Double.isFinite(number)
                        ? (Object) (long) number.doubleValue()
                        : fallback;
            }
            case Undefined undefined -> throw undefined.failure();
            default -> fallback;
        };
    }

    private static Object toFloat(Object value, Object fallback) {
        return switch (value) {
            case Double number -> number;
            case Long number -> number.doubleValue();
            case Boolean flag -> flag ? 1.0 : 0.0;
            case String text -> {
                String trimmed = PythonStrings.strip(text);
                yield trimmed.matches("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?")
                        ? (Object) Double.valueOf(trimmed)
                        : fallback;
            }
            case Undefined undefined -> throw undefined.failure();
            default -> fallback;
        };
    }

    private static Object round(Object value, Arguments arguments) {
        arguments.allow("precision", "method");
        long precision = Values.whole(arguments.get(0, "precision", 0L));
        RoundingMode mode = switch (Values.text(arguments.get(1, "method", "common"))) {
            case "common" -> RoundingMode.HALF_EVEN;
            case "ceil" -> RoundingMode.CEILING;
            case "floor" -> RoundingMode.FLOOR;
            default -> throw new TemplateRenderException("round knows common, ceil and floor");
        };
        if (value instanceof Long && mode == RoundingMode.HALF_EVEN) {
            return value;
        }
        return new BigDecimal(Values.real(value))
                .setScale(Math.clamp(precision, -30, 30), mode)
                .doubleValue();
    }

    private static Object map(Object value, Arguments arguments) {
        List<Object> mapped = new ArrayList<>();
        if (arguments.named().containsKey("attribute")) {
            Function<Object, Object> key = attribute(arguments.named().get("attribute"));
            Object fallback = arguments.named().get("default");
            for (Object item : Values.items(value)) {
                Object found = key.apply(item);
                mapped.add(found instanceof Undefined && fallback != null ? fallback : found);
            }
        } else {
            String name = Values.text(arguments.require(0, "filter"));
            for (Object item : Values.items(value)) {
                mapped.add(apply(name, item, arguments.without(1)));
            }
        }
        return new Generator(mapped);
    }

    private static Object chosen(Object value, Arguments arguments, boolean byAttribute, boolean wanted) {
        Function<Object, Object> key = byAttribute ? attribute(arguments.require(0, "attribute")) : Function.identity();
        Arguments test = arguments.without(byAttribute ? 1 : 0);
        List<Object> chosen = new ArrayList<>();
        for (Object item : Values.items(value)) {
            Object tested = key.apply(item);
            boolean holds = test.positional().isEmpty()
                    ? Values.truth(tested)
                    : Tests.holds(Values.text(test.positional().getFirst()), tested, test.without(1));
            if (holds == wanted) {
                chosen.add(item);
            }
        }
        return new Generator(chosen);
    }

    /** What picks the attribute of that path, such as {@code function.name}, or the item itself for {@code None}. */
    private static Function<Object, Object> attribute(Object path) {
        if (path == Values.NONE) {
            return Function.identity();
        }
        List<String> parts = path instanceof Long index
                ? List.of(index.toString())
                : List.of(Values.text(path).split("\\.", -1));
        return item -> {
            Object value = item;
            for (String part : parts) {
                value = part.matches("[0-9]{1,9}") ? Access.item(value, Long.valueOf(part)) : Access.item(value, part);
            }
            return value;
        };
    }
}
