package io.intramuros.engine.template.jinja;

import io.intramuros.engine.template.jinja.Values.Tuple;
import io.intramuros.engine.template.jinja.Values.Undefined;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Python's operators. */
final class Operators {
    private Operators() {}

    static Object arithmetic(String operator, Object left, Object right) {
        failIfUndefined(left);
        failIfUndefined(right);
        if (Values.isNumber(left) && Values.isNumber(right)) {
            return number(operator, left, right);
        }
        if (operator.equals("+")) {
            return joined(left, right);
        }
        if (operator.equals("*") && (left instanceof Long || right instanceof Long)) {
            return left instanceof Long times ? repeated(right, times) : repeated(left, (Long) right);
        }
        throw unsupported(operator, left, right);
    }

    /** {@code -value} or {@code +value}. */
    static Object signed(Object value, boolean negative) {
        failIfUndefined(value);
        if (!Values.isNumber(value)) {
            throw new TemplateRenderException(Values.typeName(value) + " has no sign");
        }
        return arithmetic("*", value, negative ? -1L : 1L);
    }

    private static Object joined(Object left, Object right) {
        if (left instanceof String a && right instanceof String b) {
            Limits.checkLength((long) a.length() + b.length());
            return a + b;
        }
        if (left instanceof List<?> a && right instanceof List<?> b) {
            return concatenated(a, b);
        }
        if (left instanceof Tuple(List<Object> a) && right instanceof Tuple(List<Object> b)) {
            return new Tuple(concatenated(a, b));
        }
        throw unsupported("+", left, right);
    }

    private static List<Object> concatenated(List<?> a, List<?> b) {
        Limits.checkLength((long) a.size() + b.size());
        List<Object> both = new ArrayList<>(a);
        both.addAll(b);
        return both;
    }

    private static Object repeated(Object value, long times) {
        long count = Math.max(0, times);
        if (value instanceof String text) {
            Limits.checkLength(count);
            Limits.checkLength(text.length() * count);
            return text.repeat((int) count);
        }
        if (value instanceof List<?> list) {
            Limits.checkLength(count);
            Limits.checkLength(list.size() * count);
            return new ArrayList<Object>(Collections.nCopies((int) count, list).stream()
                    .flatMap(List::stream)
                    .toList());
        }
        throw unsupported("*", value, times);
    }

    private static Object number(String operator, Object left, Object right) {
        if (operator.equals("/")) {
            return Values.real(left) / nonZero(Values.real(right));
        }
        if (left instanceof Double || right instanceof Double) {
            double a = Values.real(left);
            double b = Values.real(right);
            return switch (operator) {
                case "+" -> a + b;
                case "-" -> a - b;
                case "*" -> a * b;
                case "//" -> Math.floor(a / nonZero(b));
                case "%" -> a - b * Math.floor(a / nonZero(b));
                default -> power(a, b);
            };
        }
        long a = Values.whole(left);
        long b = Values.whole(right);
        try {
            return switch (operator) {
                case "+" -> Math.addExact(a, b);
                case "-" -> Math.subtractExact(a, b);
                case "*" -> Math.multiplyExact(a, b);
                case "//" -> Math.floorDiv(a, nonZero(b));
                case "%" -> Math.floorMod(a, nonZero(b));
                default -> b < 0 ? (Object) power((double) a, (double) b) : wholePower(a, b);
            };
        } catch (ArithmeticException _) {
            throw new TemplateRenderException("a number grows beyond 64 bits");
        }
    }

    private static double nonZero(double divisor) {
        if (divisor == 0) {
            throw new TemplateRenderException("division by zero");
        }
        return divisor;
    }

    private static long nonZero(long divisor) {
        if (divisor == 0) {
            throw new TemplateRenderException("division by zero");
        }
        return divisor;
    }

    private static double power(double a, double b) {
        double result = Math.pow(a, b);
        if (!Double.isFinite(result)) {
            throw new TemplateRenderException("a power is not a finite number");
        }
        return result;
    }

    private static long wholePower(long a, long b) {
        long result = 1;
        for (long i = 0; i < b; i++) {
            long next = Math.multiplyExact(result, a);
            if (next == result) {
                break; // 0 and 1 stay what they are
            }
            result = next;
        }
        return result;
    }

    static boolean compare(String operator, Object left, Object right) {
        return switch (operator) {
            case "==" -> Values.equal(left, right);
            case "!=" -> !Values.equal(left, right);
            case "in" -> contains(right, left);
            case "not in" -> !contains(right, left);
            case "<" -> compare(left, right) < 0;
            case "<=" -> compare(left, right) <= 0;
            case ">" -> compare(left, right) > 0;
            default -> compare(left, right) >= 0;
        };
    }

    /** Order of two values; strings by code point. */
    static int compare(Object left, Object right) {
        failIfUndefined(left);
        failIfUndefined(right);
        if (Values.isNumber(left) && Values.isNumber(right)) {
            return left instanceof Double || right instanceof Double
                    ? Double.compare(Values.real(left), Values.real(right))
                    : Long.compare(Values.whole(left), Values.whole(right));
        }
        if (left instanceof String a && right instanceof String b) {
            return compareText(a, b);
        }
        if (left instanceof List<?> a && right instanceof List<?> b) {
            return compareItems(a, b);
        }
        if (left instanceof Tuple(List<Object> a) && right instanceof Tuple(List<Object> b)) {
            return compareItems(a, b);
        }
        throw unsupported("<", left, right);
    }

    private static int compareText(String a, String b) {
        int common = Math.min(a.length(), b.length());
        for (int i = 0; i < common; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                // Surrogates stand for the code points above all others.
                int high = Boolean.compare(Character.isSurrogate(x), Character.isSurrogate(y));
                return high != 0 ? high : Character.compare(x, y);
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    private static int compareItems(List<?> a, List<?> b) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            if (!Values.equal(a.get(i), b.get(i))) {
                return compare(a.get(i), b.get(i));
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    /** Python's {@code in}. */
    static boolean contains(Object container, Object value) {
        if (container instanceof String text) {
            return text.contains(Values.text(value));
        }
        if (container instanceof Map<?, ?> map) {
            return map.containsKey(value);
        }
        return Values.items(container).stream().anyMatch(item -> Values.equal(item, value));
    }

    static void failIfUndefined(Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
    }

    private static TemplateRenderException unsupported(String operator, Object left, Object right) {
        return new TemplateRenderException(
                operator + " is not possible between " + Values.typeName(left) + " and " + Values.typeName(right));
    }
}
