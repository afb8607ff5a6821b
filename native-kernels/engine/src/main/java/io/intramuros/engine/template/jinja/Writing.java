package io.intramuros.engine.template.jinja;

import io.intramuros.engine.template.jinja.Values.Tuple;
import io.intramuros.engine.template.jinja.Values.Undefined;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Values as text, the way Python writes them. */
final class Writing {
    private Writing() {}

    /** {@code str(value)}. */
    static String str(Object value) {
        return switch (value) {
            case String text -> text;
            case Undefined _ -> "";
            default -> repr(value);
        };
    }

    /** {@code repr(value)}. */
    static String repr(Object value) {
        return switch (value) {
            case String text -> PythonStrings.quoted(text);
            case Boolean flag -> flag ? "True" : "False";
            case Long number -> number.toString();
            case Double number -> real(number);
            case List<?> list -> "[" + joined(list, Writing::repr) + "]";
            case Tuple tuple ->
                "(" + joined(tuple.items(), Writing::repr) + (tuple.items().size() == 1 ? ",)" : ")");
            case Map<?, ?> map ->
                "{" + joined(map.entrySet(), entry -> repr(entry.getKey()) + ": " + repr(entry.getValue())) + "}";
            case Undefined _ -> "Undefined";
            default -> {
                if (value == Values.NONE) {
                    yield "None";
                }
                throw new TemplateRenderException(Values.typeName(value) + " cannot be written out");
            }
        };
    }

    private static <T> String joined(Collection<T> items, Function<T, String> write) {
        List<String> written = new ArrayList<>();
        items.forEach(item -> written.add(write.apply(item)));
        return String.join(", ", written);
    }

    /** A float in the fewest digits that tell it from its neighbours, with an exponent where Python has one. */
    static String real(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal exact = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        String digits = exact.unscaledValue().abs().toString();
        int exponent = digits.length() - exact.scale() - 1;
        String sign = value < 0 ? "-" : "";
        if (exponent < -4 || exponent >= 16) {
            String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
            return sign + mantissa + "e" + (exponent < 0 ? "-" : "+") + "%02d".formatted(Math.abs(exponent));
        }
        String plain = exact.abs().toPlainString();
        return sign + (plain.contains(".") ? plain : plain + ".0");
    }

    /**
     * {@code json.dumps(value)} with transformers' choices.
     *
     * @param indent what each level is indented by; {@code null} for one line
     * @param itemSeparator between items
     * @param keySeparator between key and value
     */
    record Json(String indent, String itemSeparator, String keySeparator, boolean sortKeys, boolean ascii) {
        String write(Object value) {
            StringBuilder out = new StringBuilder();
            write(value, 0, out);
            return out.toString();
        }

        private void write(Object value, int depth, StringBuilder out) {
            if (depth > Limits.NESTING) {
                throw new TemplateRenderException("a value is nested too deeply to be written as JSON");
            }
            switch (value) {
                case String text -> string(text, out);
                case Boolean flag -> out.append(flag);
                case Long number -> out.append(number);
                case Double number -> out.append(realNumber(number));
                case List<?> list -> array(list, depth, out);
                case Tuple tuple -> array(tuple.items(), depth, out);
                case Map<?, ?> map -> object(map, depth, out);
                default -> {
                    if (value != Values.NONE) {
                        throw new TemplateRenderException(Values.typeName(value) + " cannot be written as JSON");
                    }
                    out.append("null");
                }
            }
            Limits.checkLength(out.length());
        }

        private static String realNumber(double number) {
            if (Double.isNaN(number)) {
                return "NaN";
            }
            return Double.isInfinite(number) ? (number > 0 ? "Infinity" : "-Infinity") : real(number);
        }

        private void array(List<?> items, int depth, StringBuilder out) {
            if (items.isEmpty()) {
                out.append("[]");
                return;
            }
            out.append('[');
            for (int i = 0; i < items.size(); i++) {
                out.append(i == 0 ? "" : itemSeparator);
                line(depth + 1, out);
                write(items.get(i), depth + 1, out);
            }
            line(depth, out);
            out.append(']');
        }

        private void object(Map<?, ?> map, int depth, StringBuilder out) {
            if (map.isEmpty()) {
                out.append("{}");
                return;
            }
            List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
            if (sortKeys) {
                entries.sort((a, b) -> Operators.compare(a.getKey(), b.getKey()));
            }
            out.append('{');
            for (int i = 0; i < entries.size(); i++) {
                out.append(i == 0 ? "" : itemSeparator);
                line(depth + 1, out);
                string(key(entries.get(i).getKey()), out);
                out.append(keySeparator);
                write(entries.get(i).getValue(), depth + 1, out);
            }
            line(depth, out);
            out.append('}');
        }

        private String key(Object key) {
            return switch (key) {
                case String text -> text;
                case Boolean flag -> flag.toString();
                case Long number -> number.toString();
                case Double number -> realNumber(number);
                default -> {
                    if (key != Values.NONE) {
                        throw new TemplateRenderException(Values.typeName(key) + " cannot be a key in JSON");
                    }
                    yield "null";
                }
            };
        }

        private void line(int depth, StringBuilder out) {
            if (indent != null) {
                out.append('\n').append(indent.repeat(depth));
            }
        }

        private void string(String text, StringBuilder out) {
            out.append('"');
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                switch (c) {
                    case '"' -> out.append("\\\"");
                    case '\\' -> out.append("\\\\");
                    case '\n' -> out.append("\\n");
                    case '\r' -> out.append("\\r");
                    case '\t' -> out.append("\\t");
                    case '\b' -> out.append("\\b");
                    case '\f' -> out.append("\\f");
                    default -> {
                        if (c < 0x20 || (ascii && c > 0x7E)) {
                            out.append("\\u%04x".formatted((int) c));
                        } else {
                            out.append(c);
                        }
                    }
                }
            }
            out.append('"');
        }
    }
}
