package io.intramuros.web.api;

import io.intramuros.chat.SamplingOptions;
import io.intramuros.chat.Turn;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.List;

/**
 * A request for a chat completion, checked.
 *
 * @param model the model asked for
 * @param turns the conversation
 * @param sampling how the answer is drawn
 * @param stream whether the answer comes as it is written
 * @param includeUsage whether a stream ends with the tokens used
 */
record CompletionRequest(
        String model, List<Turn> turns, SamplingOptions sampling, boolean stream, boolean includeUsage) {
    private static final int MAX_STOPS = 4;

    /** OpenAI takes a top_p of 0 for "the likeliest token alone"; the beans want it above 0. */
    private static final double LEAST_TOP_P = 1e-9;

    /**
     * Reads a request.
     *
     * @throws ApiException if something in it is not valid
     */
    static CompletionRequest of(JsonObject json) {
        JsonFields fields = new JsonFields(json);
        String model = fields.string("model");
        if (model == null || model.isBlank()) {
            throw fields.invalid("model", "Name the model to use as 'model'; GET /v1/models lists them.");
        }
        refuseWhatWouldBeIgnored(fields);
        boolean stream = fields.flag("stream");
        JsonFields streamOptions = fields.object("stream_options");
        if (streamOptions != null && !stream) {
            throw fields.invalid("stream_options", "'stream_options' is only allowed with 'stream': true.");
        }
        return new CompletionRequest(
                model,
                Messages.of(fields),
                sampling(fields),
                stream,
                streamOptions != null && streamOptions.flag("include_usage"));
    }

    private static SamplingOptions sampling(JsonFields fields) {
        Double topP = fields.decimal("top_p", 0, 1);
        Long topK = fields.integer("top_k", 0, Integer.MAX_VALUE);
        return new SamplingOptions(
                maxTokens(fields),
                fields.decimal("temperature", 0, 2),
                topP == null ? null : Math.max(topP, LEAST_TOP_P),
                topK == null ? null : Math.toIntExact(topK),
                fields.integer("seed", Long.MIN_VALUE, Long.MAX_VALUE),
                stops(fields));
    }

    private static Integer maxTokens(JsonFields fields) {
        Long old = fields.integer("max_tokens", 1, Integer.MAX_VALUE);
        Long current = fields.integer("max_completion_tokens", 1, Integer.MAX_VALUE);
        if (old != null && current != null) {
            throw fields.invalid("max_tokens", "Give either 'max_tokens' or 'max_completion_tokens', not both.");
        }
        Long most = current == null ? old : current;
        return most == null ? null : Math.toIntExact(most);
    }

    private static List<String> stops(JsonFields fields) {
        JsonValue value = fields.value("stop");
        List<String> stops = new ArrayList<>();
        switch (value) {
            case null -> {}
            case JsonString _ -> stops.add(fields.string("stop"));
            case JsonArray array -> {
                for (int i = 0; i < array.size(); i++) {
                    stops.add(fields.text("stop[" + i + "]", array.get(i)));
                }
            }
            default -> throw fields.wrongType("stop", "a string or an array of strings", value);
        }
        if (stops.size() > MAX_STOPS) {
            throw fields.invalid("stop", "'stop' takes at most " + MAX_STOPS + " texts.");
        }
        if (stops.contains("")) {
            throw fields.invalid("stop", "A text of 'stop' must not be empty.");
        }
        return stops;
    }

    /** Whoever asks for a form of answer we cannot give must hear so; getting another form would break the program. */
    private static void refuseWhatWouldBeIgnored(JsonFields fields) {
        Long n = fields.integer("n", 1, 128);
        if (n != null && n != 1) {
            throw fields.invalid("n", "This server gives one answer a request: 'n' must be 1.");
        }
        if (fields.flag("logprobs")) {
            throw fields.invalid("logprobs", "This server does not give log probabilities.");
        }
        if (fields.value("tools") instanceof JsonArray tools && !tools.isEmpty()) {
            throw fields.invalid("tools", "This server does not call tools.");
        }
        JsonFields format = fields.object("response_format");
        if (format != null && !"text".equals(format.string("type"))) {
            throw fields.invalid("response_format", "This server answers in plain text: use {\"type\": \"text\"}.");
        }
    }
}
