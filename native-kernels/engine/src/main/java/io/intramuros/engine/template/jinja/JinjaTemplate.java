package io.intramuros.engine.template.jinja;

import java.time.Clock;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A template, read once, rendered as often as wanted. Thread-safe: each rendering has its own state. */
public final class JinjaTemplate {
    private final List<Statement> statements;
    private final Clock clock;

    /**
     * Reads a template.
     *
     * @param source the template
     * @param clock what {@code strftime_now} tells the time by
     * @throws TemplateSyntaxException if it is not a template, or uses what is not known here
     */
    public JinjaTemplate(String source, Clock clock) {
        this.statements = Parser.parse(source);
        this.clock = clock;
    }

    /**
     * Renders it.
     *
     * @param variables booleans, numbers, strings, {@code null}, lists and maps of these
     * @throws TemplateRenderException if the template fails on them, refuses them or takes too much
     */
    public String render(Map<String, ?> variables) {
        Scope globals = new Scope(null);
        globals.set("raise_exception", (Values.Function) arguments -> {
            throw new TemplateRenderException.Refusal(Writing.str(arguments.require(0, "message")));
        });
        globals.set("strftime_now", (Values.Function) arguments -> now(Values.text(arguments.require(0, "format"))));
        globals.set("namespace", (Values.Function) Values::namespace);
        globals.set("dict", (Values.Function) JinjaTemplate::dict);
        globals.set("range", (Values.Function) JinjaTemplate::range);
        Scope scope = new Scope(globals);
        variables.forEach((name, value) -> scope.set(name, Values.of(value)));
        try {
            return new Interpreter().run(statements, scope);
        } catch (StackOverflowError _) {
            throw new TemplateRenderException("the template is nested too deeply");
        }
    }

    private static Object dict(Values.Arguments arguments) {
        Map<Object, Object> entries = new LinkedHashMap<>();
        for (Object positional : arguments.positional()) {
            if (!(positional instanceof Map<?, ?> map)) {
                throw new TemplateRenderException("dict takes a dictionary and named arguments");
            }
            entries.putAll(map);
        }
        entries.putAll(arguments.named());
        return entries;
    }

    private static Object range(Values.Arguments arguments) {
        List<Object> bounds = arguments.positional();
        if (bounds.isEmpty() || bounds.size() > 3) {
            throw new TemplateRenderException("range takes from one to three numbers");
        }
        long start = bounds.size() == 1 ? 0 : Values.whole(bounds.getFirst());
        long stop = Values.whole(bounds.size() == 1 ? bounds.getFirst() : bounds.get(1));
        long step = bounds.size() == 3 ? Values.whole(bounds.get(2)) : 1;
        if (step == 0) {
            throw new TemplateRenderException("a range's step must not be 0");
        }
        List<Object> items = new ArrayList<>();
        for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
            if (items.size() == Limits.RANGE) {
                throw new TemplateRenderException("a range is longer than " + Limits.RANGE);
            }
            items.add(i);
        }
        return items;
    }

    /** {@code datetime.now().strftime(format)} in the C locale. */
    private String now(String format) {
        ZonedDateTime now = ZonedDateTime.now(clock);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%') {
                text.append(c);
                continue;
            }
            boolean unpadded = i + 1 < format.length() && format.charAt(i + 1) == '-';
            i += unpadded ? 2 : 1;
            char directive = i < format.length() ? format.charAt(i) : 0;
            String pattern = switch (directive) {
                case 'Y' -> "yyyy";
                case 'y' -> "yy";
                case 'm' -> unpadded ? "M" : "MM";
                case 'd' -> unpadded ? "d" : "dd";
                case 'H' -> unpadded ? "H" : "HH";
                case 'I' -> unpadded ? "h" : "hh";
                case 'M' -> unpadded ? "m" : "mm";
                case 'S' -> unpadded ? "s" : "ss";
                case 'j' -> unpadded ? "D" : "DDD";
                case 'b' -> "MMM";
                case 'B' -> "MMMM";
                case 'a' -> "EEE";
                case 'A' -> "EEEE";
                case 'p' -> "a";
                case '%' -> "'%'";
                default -> throw new TemplateRenderException("strftime_now does not know %" + directive);
            };
            text.append(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(now));
        }
        return text.toString();
    }
}
