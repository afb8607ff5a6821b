package io.intramuros.web.api;

import io.intramuros.chat.Turn;
import jakarta.json.JsonArray;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.List;

/** Reads the conversation of a request. */
final class Messages {
    private static final String FIELD = "messages";

    private Messages() {}

    static List<Turn> of(JsonFields request) {
        JsonValue value = request.value(FIELD);
        if (value == null) {
            throw request.invalid(FIELD, "Give the conversation as 'messages'.");
        }
        if (!(value instanceof JsonArray array)) {
            throw request.wrongType(FIELD, "an array of messages", value);
        }
        if (array.isEmpty()) {
            throw request.invalid(FIELD, "'messages' must have at least one message.");
        }
        List<Turn> turns = new ArrayList<>(array.size());
        for (int i = 0; i < array.size(); i++) {
            turns.add(turn(request.nested(FIELD + "[" + i + "]", array.get(i))));
        }
        return turns;
    }

    private static Turn turn(JsonFields message) {
        return new Turn(role(message), content(message));
    }

    private static Turn.Role role(JsonFields message) {
        String role = message.string("role");
        return switch (role) {
            case "system", "developer" -> Turn.Role.SYSTEM;
            case "user" -> Turn.Role.USER;
            case "assistant" -> Turn.Role.ASSISTANT;
            case null -> throw message.invalid("role", "Every message needs a 'role'.");
            default ->
                throw message.invalid(
                        "role", "Invalid 'role': this server knows system, developer, user and assistant.");
        };
    }

    private static String content(JsonFields message) {
        JsonValue content = message.value("content");
        return switch (content) {
            case JsonString _ -> message.string("content");
            case JsonArray parts -> parts(message, parts);
            case null -> throw message.invalid("content", "Every message needs 'content'.");
            default -> throw message.wrongType("content", "a string or an array of text parts", content);
        };
    }

    private static String parts(JsonFields message, JsonArray parts) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < parts.size(); i++) {
            JsonFields part = message.nested("content[" + i + "]", parts.get(i));
            String type = part.string("type");
            if (!"text".equals(type)) {
                throw part.invalid(
                        "type",
                        "This server reads text only: content parts must be of type 'text', not '" + type + "'.");
            }
            String partText = part.string("text");
            if (partText == null) {
                throw part.invalid("text", "A part of type 'text' needs 'text'.");
            }
            text.append(partText);
        }
        return text.toString();
    }
}
