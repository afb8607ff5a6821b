package io.intramuros.engine.template.jinja;

import java.util.List;
import java.util.Set;

/** What a loop's body sees as {@code loop}. */
final class LoopState {
    static final Set<String> METHODS = Set.of("cycle", "changed");

    private final List<?> items;
    private int index;
    private Object seen;

    LoopState(List<?> items) {
        this.items = items;
    }

    void at(int index) {
        this.index = index;
    }

    /** An attribute, or {@code null} if there is none of that name. */
    Object attribute(String name) {
        return switch (name) {
            case "index" -> index + 1L;
            case "index0" -> (long) index;
            case "revindex" -> (long) items.size() - index;
            case "revindex0" -> items.size() - index - 1L;
            case "first" -> index == 0;
            case "last" -> index == items.size() - 1;
            case "length" -> (long) items.size();
            // Only recursive loops, which are not supported, have other depths.
            // Only recursive loops, which are not supported, have other depths.
            case "depth" -> 1L;
            case "depth0" -> 0L;
            case "previtem" -> index > 0 ? items.get(index - 1) : new Values.Undefined("there is no previous item: it");
            case "nextitem" ->
                index < items.size() - 1 ? items.get(index + 1) : new Values.Undefined("there is no next item: it");
            case "cycle" -> (Values.Function) this::cycle;
            case "changed" -> (Values.Function) this::changed;
            default -> null;
        };
    }

    private Object cycle(Values.Arguments arguments) {
        if (arguments.positional().isEmpty()) {
            throw new TemplateRenderException("loop.cycle needs values");
        }
        return arguments.positional().get(index % arguments.positional().size());
    }

    private boolean changed(Values.Arguments arguments) {
        Object now = new Values.Tuple(arguments.positional());
        boolean changed = seen == null || !Values.equal(seen, now);
        seen = now;
        return changed;
    }
}
