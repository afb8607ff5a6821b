package io.intramuros.engine.model;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * A JSON object in a model's directory, or an object inside of one, read by type. A key whose value is {@code null}
 * counts as missing.
 *
 * @param file the file, for messages
 * @param prefix where in the file this object lies, {@code ""} or ending with a dot
 * @param root the object
 */
record JsonFile(Path file, String prefix, JsonObject root) {
    /** The largest tokenizers take about 35 MB. */
    private static final long MAX_BYTES = 128L << 20;

    /** @throws ModelFormatException if it is not a JSON object */
    static JsonFile read(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new ModelFormatException(file, null, "is larger than " + MAX_BYTES + " bytes");
        }
        JsonElement value;
        try {
            value = StrictJson.read(new StringReader(Files.readString(file)));
        } catch (CharacterCodingException e) {
            throw new ModelFormatException(file, null, "is not UTF-8", e);
        } catch (IOException e) {
            throw new ModelFormatException(file, null, "is not valid JSON: " + e.getMessage(), e);
        }
        if (!(value instanceof JsonObject object)) {
            throw new ModelFormatException(file, null, "is not a JSON object");
        }
        return new JsonFile(file, "", object);
    }

    /** The file's object, or an empty one where there is no such file. */
    static JsonFile readIfPresent(Path file) throws IOException {
        return Files.exists(file) ? read(file) : new JsonFile(file, "", new JsonObject());
    }

    Optional<JsonElement> find(String key) {
        return Optional.ofNullable(root.get(key)).filter(value -> !value.isJsonNull());
    }

    Optional<JsonFile> object(String key) {
        return find(key).map(value -> {
            if (value instanceof JsonObject object) {
                return new JsonFile(file, prefix + key + ".", object);
            }
            throw wrong(key, "must be an object");
        });
    }

    Optional<JsonArray> array(String key) {
        return find(key).map(value -> {
            if (value instanceof JsonArray array) {
                return array;
            }
            throw wrong(key, "must be an array");
        });
    }

    Optional<String> string(String key) {
        return find(key).map(value -> {
            if (value instanceof JsonPrimitive primitive && primitive.isString()) {
                return primitive.getAsString();
            }
            throw wrong(key, "must be a string");
        });
    }

    Optional<Boolean> bool(String key) {
        return find(key).map(value -> {
            if (value instanceof JsonPrimitive primitive && primitive.isBoolean()) {
                return primitive.getAsBoolean();
            }
            throw wrong(key, "must be true or false");
        });
    }

    Optional<Double> number(String key) {
        return find(key).map(value -> {
            if (value instanceof JsonPrimitive primitive && primitive.isNumber()) {
                return primitive.getAsDouble();
            }
            throw wrong(key, "must be a number");
        });
    }

    /** A whole number from {@code min} to {@code max}. */
    Optional<Integer> integer(String key, int min, int max) {
        return number(key).map(value -> {
            if (value < min || value > max || value != Math.rint(value)) {
                throw wrong(
                        key,
                        "is " + find(key).orElseThrow() + ", it must be a whole number from " + min + " to " + max);
            }
            return value.intValue();
        });
    }

    /** One whole number or an array of them. */
    Set<Integer> integers(String key, int min, int max) {
        if (find(key).orElse(null) instanceof JsonArray array) {
            Set<Integer> numbers = new HashSet<>();
            for (JsonElement element : array) {
                JsonObject one = new JsonObject();
                one.add(key, element);
                numbers.add(require(key, new JsonFile(file, prefix, one).integer(key, min, max)));
            }
            return numbers;
        }
        return integer(key, min, max).map(Set::of).orElse(Set.of());
    }

    /** @throws ModelFormatException that says the key is missing */
    <T> T require(String key, Optional<T> value) {
        return value.orElseThrow(() -> wrong(key, "is missing"));
    }

    ModelFormatException wrong(String key, String reason) {
        return new ModelFormatException(file, prefix + key, reason);
    }
}
