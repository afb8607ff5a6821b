package io.intramuros.engine.template.jinja;

import io.intramuros.engine.template.jinja.Values.Namespace;
import io.intramuros.engine.template.jinja.Values.Tuple;
import io.intramuros.engine.template.jinja.Values.Undefined;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Attributes, items and slices of values. What is not there is undefined. */
final class Access {
    private Access() {}

    /** {@code value.name}: the attribute, else the item of that name. */
    static Object attribute(Object value, String name) {
        Object found = ownAttribute(value, name);
        return found != null ? found : orUndefined(keyed(value, name), value, name);
    }

    /** {@code value[key]}: the item, else the attribute of that name. */
    static Object item(Object value, Object key) {
        if (value instanceof List<?> list && key instanceof Long index) {
            return orUndefined(at(list, index), value, key);
        }
        if (value instanceof Tuple(List<Object> items) && key instanceof Long index) {
            return orUndefined(at(items, index), value, key);
        }
        if (value instanceof String text && key instanceof Long index) {
            return orUndefined(at(PythonStrings.characters(text), index), value, key);
        }
        Object found = keyed(value, key);
        if (found == null && key instanceof String name) {
            found = ownAttribute(value, name);
        }
        return orUndefined(found, value, key);
    }

    /** {@code value[start:stop:step]}; {@code None} for what is left out. */
    static Object slice(Object value, Object start, Object stop, Object step) {
        return switch (value) {
            case String text -> String.join("", slice(PythonStrings.characters(text), start, stop, step));
            case List<?> list -> new ArrayList<Object>(slice(list, start, stop, step));
            case Tuple tuple -> new Tuple(slice(tuple.items(), start, stop, step));
            case Undefined undefined -> throw undefined.failure();
            default -> throw new TemplateRenderException(Values.typeName(value) + " cannot be sliced");
        };
    }

    private static Object ownAttribute(Object value, String name) {
        return switch (value) {
            case Undefined undefined -> throw undefined.failure();
            case Namespace namespace -> namespace.attributes().get(name);
            case LoopState loop -> loop.attribute(name);
            default -> Methods.find(value, name);
        };
    }

    private static Object keyed(Object value, Object key) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        return value instanceof Map<?, ?> map ? map.get(key) : null;
    }

    private static Object orUndefined(Object found, Object value, Object key) {
        return found != null ? found : new Undefined(Writing.str(key) + " of " + Values.typeName(value));
    }

    private static Object at(List<?> items, long index) {
        long place = index < 0 ? items.size() + index : index;
        return place >= 0 && place < items.size() ? items.get((int) place) : null;
    }

    private static <T> List<T> slice(List<T> items, Object start, Object stop, Object step) {
        long by = step == Values.NONE ? 1 : Values.whole(step);
        if (by == 0) {
            throw new TemplateRenderException("a slice's step must not be 0");
        }
        int size = items.size();
        long from = bound(start, size, by > 0 ? 0 : size - 1L, by > 0);
        long to = bound(stop, size, by > 0 ? size : -1, by > 0);
        List<T> slice = new ArrayList<>();
        for (long i = from; by > 0 ? i < to : i > to; i += by) {
            slice.add(items.get((int) i));
        }
        return slice;
    }

    private static long bound(Object value, int size, long fallback, boolean forward) {
        if (value == Values.NONE) {
            return fallback;
        }
        long bound = Values.whole(value);
        bound = bound < 0 ? bound + size : bound;
        return Math.clamp(bound, forward ? 0 : -1, forward ? size : size - 1);
    }
}
