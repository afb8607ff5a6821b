package io.intramuros.web.api;

import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.JsonValue.ValueType;
import java.util.Locale;

/**
 * The fields of a JSON object with their types checked. A field that is absent and one that is {@code null} are the
 * same, as they are to OpenAI.
 */
final class JsonFields {
    private final JsonObject object;
    private final String prefix;

    /**
     * @param object the object
     * @param prefix what stands before a field's name in errors, such as {@code stream_options.}
     */
    private JsonFields(JsonObject object, String prefix) {
        this.object = object;
        this.prefix = prefix;
    }

    /** The fields of a request. */
    JsonFields(JsonObject request) {
        this(request, "");
    }

    /** The value, or {@code null}. */
    JsonValue value(String name) {
        JsonValue value = object.get(name);
        return value == null || value.getValueType() == ValueType.NULL ? null : value;
    }

    String string(String name) {
        JsonValue value = value(name);
        return value == null ? null : text(name, value);
    }

    boolean flag(String name) {
        JsonValue value = value(name);
        if (value == null) {
            return false;
        }
        return switch (value.getValueType()) {
            case TRUE -> true;
            case FALSE -> false;
            default -> throw wrongType(name, "a boolean", value);
        };
    }

    /** A number between two bounds, both allowed, or {@code null}. */
    Double decimal(String name, double least, double most) {
        JsonValue value = value(name);
        if (value == null) {
            return null;
        }
        if (!(value instanceof JsonNumber number)) {
            throw wrongType(name, "a number", value);
        }
        double decimal = number.doubleValue();
        if (!(decimal >= least && decimal <= most)) {
            throw outOfRange(name, plain(least), plain(most));
        }
        return decimal;
    }

    /** A whole number between two bounds, both allowed, or {@code null}. */
    Long integer(String name, long least, long most) {
        JsonValue value = value(name);
        if (value == null) {
            return null;
        }
        if (!(value instanceof JsonNumber number)) {
            throw wrongType(name, "an integer", value);
        }
        long integer;
        try {
            integer = wholeNumber(number);
        } catch (ArithmeticException _) {
            throw wrongType(name, "an integer of at most 64 bits", value);
        }
        if (integer < least || integer > most) {
            throw outOfRange(name, Long.toString(least), Long.toString(most));
        }
        return integer;
    }

    JsonFields object(String name) {
        JsonValue value = value(name);
        return value == null ? null : nested(name, value);
    }

    /** The fields of an object found under this name. */
    JsonFields nested(String name, JsonValue value) {
        if (value instanceof JsonObject inner) {
            return new JsonFields(inner, prefix + name + ".");
        }
        throw wrongType(name, "an object", value);
    }

    /** The text found under this name. */
    String text(String name, JsonValue value) {
        if (value instanceof JsonString text) {
            return wellFormed(text.getString(), prefix + name);
        }
        throw wrongType(name, "a string", value);
    }

    ApiException wrongType(String name, String expected, JsonValue found) {
        return new ApiException(ApiError.invalid(
                400,
                "Invalid type for '" + prefix + name + "': expected " + expected + ", but got " + kind(found)
                        + " instead.",
                prefix + name,
                "invalid_type"));
    }

    ApiException invalid(String name, String message) {
        return new ApiException(ApiError.invalid(400, message, prefix + name, "invalid_value"));
    }

    private ApiException outOfRange(String name, String least, String most) {
        return invalid(
                name,
                "Invalid value for '" + prefix + name + "': expected a number from " + least + " to " + most + ".");
    }

    /** Half a surrogate pair has no UTF-8 and so no tokens. */
    private static String wellFormed(String text, String name) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw new ApiException(ApiError.invalid(
                        400,
                        "Invalid value for '" + name + "': it has half a surrogate pair (\\u" + Integer.toHexString(c)
                                + "), which is no character.",
                        name,
                        "invalid_value"));
            }
        }
        return text;
    }

    /** Exact and bounded: a number such as 1e999999999 must not be written out. */
    private static long wholeNumber(JsonNumber number) {
        var decimal = number.bigDecimalValue();
        if (decimal.precision() - decimal.scale() > 19 || decimal.scale() > 400) {
            throw new ArithmeticException("more than 64 bits");
        }
        return decimal.longValueExact();
    }

    private static String plain(double bound) {
        return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
    }

    private static String kind(JsonValue value) {
        return switch (value.getValueType()) {
            case TRUE, FALSE -> "a boolean";
            case ARRAY -> "an array";
            case OBJECT -> "an object";
            default -> "a " + value.getValueType().name().toLowerCase(Locale.ROOT);
        };
    }
}
