package io.intramuros.engine.model;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * The key-value part of a GGUF header, read by type. Values are {@link Boolean}, {@link Long}, {@link Double},
 * {@link String}, or arrays of these kinds: {@code boolean[]}, {@code long[]}, {@code double[]}, {@code String[]}.
 */
final class GgufMetadata {
    private final Path file;
    private final Map<String, Object> values;

    GgufMetadata(Path file, Map<String, Object> values) {
        this.file = file;
        this.values = values;
    }

    Path file() {
        return file;
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    Optional<String> string(String key) {
        return find(key, String.class, "a string");
    }

    Optional<Boolean> bool(String key) {
        return find(key, Boolean.class, "a boolean");
    }

    /** A whole number from {@code min} to {@code max}. */
    Optional<Integer> integer(String key, int min, int max) {
        return find(key, Long.class, "a whole number").map(value -> {
            if (value < min || value > max) {
                throw new ModelFormatException(file, key, "is " + value + ", it must be from " + min + " to " + max);
            }
            return Math.toIntExact(value);
        });
    }

    /** Like {@link #integer}, or an array of one such number per layer when all of them are the same. */
    Optional<Integer> uniformInteger(String key, int min, int max) {
        if (!(values.get(key) instanceof long[] perLayer)) {
            return integer(key, min, max);
        }
        long[] distinct = Arrays.stream(perLayer).distinct().toArray();
        if (distinct.length != 1 || distinct[0] < min || distinct[0] > max) {
            throw new ModelFormatException(
                    file, key, "differs between layers, or is not from " + min + " to " + max + ": not supported");
        }
        return Optional.of(Math.toIntExact(distinct[0]));
    }

    /** A number; whole numbers are taken too. */
    Optional<Double> number(String key) {
        if (values.get(key) instanceof Long whole) {
            return Optional.of((double) whole);
        }
        return find(key, Double.class, "a number");
    }

    Optional<String[]> strings(String key) {
        return find(key, String[].class, "an array of strings");
    }

    Optional<long[]> integers(String key) {
        return find(key, long[].class, "an array of whole numbers");
    }

    Optional<double[]> numbers(String key) {
        return find(key, double[].class, "an array of numbers");
    }

    /** @throws ModelFormatException that says the key is missing */
    <T> T require(String key, Optional<T> value) {
        return value.orElseThrow(
                () -> new ModelFormatException(file, key, "the key is missing from the file's metadata"));
    }

    private <T> Optional<T> find(String key, Class<T> type, String kind) {
        Object value = values.get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!type.isInstance(value)) {
            throw new ModelFormatException(file, key, "must be " + kind);
        }
        return Optional.of(type.cast(value));
    }
}
