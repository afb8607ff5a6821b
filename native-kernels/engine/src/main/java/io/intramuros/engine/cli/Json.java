package io.intramuros.engine.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;

/** Writes records as JSON; what is {@code null} is left out. */
final class Json {
    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    private Json() {}

    static String write(Object value) {
        return GSON.toJson(value);
    }
}
