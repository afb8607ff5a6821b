package io.intramuros.web.api;

import static io.intramuros.web.api.OpenApiSchemas.assertIs;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.chat.AnswerSummary;
import io.intramuros.chat.AnswerSummary.Outcome;
import io.intramuros.chat.ModelDescription;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class AnswersAsDescribedTest {
    private static final ModelDescription MODEL = new ModelDescription(
            "smollm2",
            "SmolLM2-135M-Instruct",
            134_515_008L,
            "Q4_1",
            true,
            true,
            "sha256:0123456789abcdef",
            8192,
            Instant.parse("2026-01-01T00:00:00Z"));
    private static final CompletionJson JSON =
            new CompletionJson("request-1", Instant.parse("2026-01-02T00:00:00Z"), MODEL);

    @Test
    void aWholeCompletionIsAsDescribed() {
        String whole = JSON.whole("长城", summary(Outcome.LENGTH));
        assertIs("ChatCompletion", whole);
        JsonObject read = read(whole);
        assertEquals("chatcmpl-request-1", read.getString("id"));
        assertEquals("fp_0123456789ab", read.getString("system_fingerprint"));
        assertEquals(15, read.getJsonObject("usage").getInt("total_tokens"));
        JsonObject choice = read.getJsonArray("choices").getJsonObject(0);
        assertEquals("长城", choice.getJsonObject("message").getString("content"));
        assertEquals("length", choice.getString("finish_reason"));
    }

    @Test
    void everyChunkOfAStreamIsAsDescribed() {
        for (boolean usage : new boolean[] {true, false}) {
            assertIs("ChatCompletionChunk", JSON.opening(usage));
            assertIs("ChatCompletionChunk", JSON.text("长", usage));
            assertIs("ChatCompletionChunk", JSON.closing(summary(Outcome.STOP), usage));
        }
        assertIs("ChatCompletionChunk", JSON.usageChunk(summary(Outcome.STOP)));
    }

    @Test
    void aStreamSaysFirstWhoSpeaksAndLastWhyItEnds() {
        JsonObject opening = read(JSON.opening(false)).getJsonArray("choices").getJsonObject(0);
        assertEquals("assistant", opening.getJsonObject("delta").getString("role"));
        assertTrue(opening.isNull("finish_reason"));
        JsonObject closing = read(JSON.closing(summary(Outcome.STOP), false))
                .getJsonArray("choices")
                .getJsonObject(0);
        assertTrue(closing.getJsonObject("delta").isEmpty());
        assertEquals("stop", closing.getString("finish_reason"));
    }

    @Test
    void usageIsEmptyUntilTheEndOnlyWhereItWasAskedFor() {
        assertTrue(read(JSON.text("a", true)).isNull("usage"));
        assertFalse(read(JSON.text("a", false)).containsKey("usage"));
        assertTrue(read(JSON.usageChunk(summary(Outcome.STOP)))
                .getJsonArray("choices")
                .isEmpty());
    }

    @Test
    void modelsAreAsDescribedAndSayPlainlyWhatTheyAre() {
        String model = ModelJson.of(MODEL).toString();
        assertIs("Model", model);
        assertIs("ModelList", ModelJson.list(List.of(MODEL)).toString());
        JsonObject weights = read(model).getJsonObject("intramuros");
        assertTrue(weights.getBoolean("quantised"));
        assertTrue(weights.getString("note").contains("demonstration"));
    }

    @Test
    void theDescriptionRefusesWhatIsOtherwise() {
        assertThrows(AssertionError.class, () -> assertIs("Error", "{\"error\":{\"message\":5}}"));
        assertThrows(AssertionError.class, () -> assertIs("ModelList", "{}"));
    }

    @Test
    void errorsAreAsDescribed() {
        assertIs("Error", ApiError.internal().toJson().toString());
        assertIs("Error", ApiError.invalid(400, "m", "p", "c").toJson().toString());
    }

    @Test
    void theDescriptionNamesNothingThatItDoesNotHave() {
        String text = OpenApiSchemas.document().toString();
        var references = Pattern.compile("\"#(/[^\"]+)\"").matcher(text);
        while (references.find()) {
            assertTrue(
                    Json.createPointer(references.group(1)).containsValue(OpenApiSchemas.document()),
                    references.group());
        }
    }

    private static AnswerSummary summary(Outcome outcome) {
        return new AnswerSummary(
                "request-1",
                MODEL,
                outcome,
                10,
                5,
                Optional.of(Duration.ofMillis(40)),
                Duration.ofSeconds(1),
                Optional.empty());
    }

    private static JsonObject read(String json) {
        try (var reader = Json.createReader(new StringReader(json))) {
            return reader.readObject();
        }
    }
}
