package io.intramuros.web.api;

import io.intramuros.chat.AnswerSummary;
import io.intramuros.chat.ModelDescription;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.time.Instant;

/**
 * One chat completion as JSON, whole or in chunks, exactly as OpenAI's clients read it.
 *
 * @param requestId its request in the audit
 * @param created when it was asked for
 * @param model what answers
 */
record CompletionJson(String requestId, Instant created, ModelDescription model) {
    /** The whole completion. */
    String whole(String text, AnswerSummary summary) {
        JsonObjectBuilder message = Json.createObjectBuilder()
                .add("role", "assistant")
                .add("content", text)
                .addNull("refusal");
        return head("chat.completion")
                .add("choices", choice("message", message, finishReason(summary)))
                .add("usage", usage(summary))
                .add("intramuros", ModelJson.details(model))
                .build()
                .toString();
    }

    /** The first chunk: who speaks, and which model it is. */
    String opening(boolean usageFollows) {
        JsonObjectBuilder delta =
                Json.createObjectBuilder().add("role", "assistant").add("content", "");
        return chunk(choice("delta", delta, null), usageFollows)
                .add("intramuros", ModelJson.details(model))
                .build()
                .toString();
    }

    /** A chunk of text. */
    String text(String text, boolean usageFollows) {
        return chunk(choice("delta", Json.createObjectBuilder().add("content", text), null), usageFollows)
                .build()
                .toString();
    }

    /** The chunk that says why the answer ends. */
    String closing(AnswerSummary summary, boolean usageFollows) {
        return chunk(choice("delta", Json.createObjectBuilder(), finishReason(summary)), usageFollows)
                .build()
                .toString();
    }

    /** The chunk with the tokens used, after the answer's end. */
    String usageChunk(AnswerSummary summary) {
        return head("chat.completion.chunk")
                .add("choices", JsonValue.EMPTY_JSON_ARRAY)
                .add("usage", usage(summary))
                .build()
                .toString();
    }

    private JsonObjectBuilder chunk(JsonValue choices, boolean usageFollows) {
        JsonObjectBuilder chunk = head("chat.completion.chunk").add("choices", choices);
        // OpenAI's chunks carry the field, still empty, when its value comes at the end.
        return usageFollows ? chunk.addNull("usage") : chunk;
    }

    private JsonObjectBuilder head(String object) {
        return Json.createObjectBuilder()
                .add("id", "chatcmpl-" + requestId)
                .add("object", object)
                .add("created", created.getEpochSecond())
                .add("model", model.id())
                .add("system_fingerprint", ModelJson.fingerprint(model));
    }

    private static JsonValue choice(String name, JsonObjectBuilder content, String finishReason) {
        JsonObjectBuilder choice =
                Json.createObjectBuilder().add("index", 0).add(name, content).addNull("logprobs");
        if (finishReason == null) {
            choice.addNull("finish_reason");
        } else {
            choice.add("finish_reason", finishReason);
        }
        return Json.createArrayBuilder().add(choice).build();
    }

    private static String finishReason(AnswerSummary summary) {
        return summary.outcome() == AnswerSummary.Outcome.LENGTH ? "length" : "stop";
    }

    private static JsonObjectBuilder usage(AnswerSummary summary) {
        return Json.createObjectBuilder()
                .add("prompt_tokens", summary.promptTokens())
                .add("completion_tokens", summary.completionTokens())
                .add("total_tokens", (long) summary.promptTokens() + summary.completionTokens());
    }
}
