package io.intramuros.web.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.chat.SamplingOptions;
import io.intramuros.chat.Turn;
import io.intramuros.chat.Turn.Role;
import jakarta.json.Json;
import java.io.StringReader;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompletionRequestTest {
    @Test
    void theLeastRequestLeavesEverythingToTheHouse() {
        CompletionRequest request = with("");
        assertEquals("m", request.model());
        assertEquals(List.of(new Turn(Role.USER, "hi")), request.turns());
        assertEquals(SamplingOptions.DEFAULT, request.sampling());
        assertFalse(request.stream());
        assertFalse(request.includeUsage());
    }

    @Test
    void everySamplingParameterIsTaken() {
        SamplingOptions sampling = with("""
                , "temperature": 0.5, "top_p": 0.9, "top_k": 40, "seed": -7, "stop": ["a", "b"], "max_tokens": 12""").sampling();
        assertEquals(new SamplingOptions(12, 0.5, 0.9, 40, -7L, List.of("a", "b")), sampling);
    }

    @Test
    void theNewNameForTheMostTokensIsTakenToo() {
        assertEquals(9, with(", \"max_completion_tokens\": 9").sampling().maxTokens());
    }

    @Test
    void oneStopMayStandAlone() {
        assertEquals(List.of("END"), with(", \"stop\": \"END\"").sampling().stop());
    }

    @Test
    void nullIsTheSameAsAbsent() {
        assertEquals(SamplingOptions.DEFAULT, with("""
                , "temperature": null, "top_p": null, "seed": null, "stop": null, "max_tokens": null, "n": null,
                "stream": null, "stream_options": null, "tools": null, "response_format": null""").sampling());
    }

    @Test
    void unknownParametersAreIgnored() {
        CompletionRequest request = with("""
                , "frequency_penalty": 0.2, "user": "u", "logit_bias": {}, "metadata": {"a": 1}, "nonsense": [1]""");
        assertEquals(SamplingOptions.DEFAULT, request.sampling());
    }

    @Test
    void askingForNothingUnusualIsNoFault() {
        assertNull(with(", \"n\": 1, \"tools\": [], \"logprobs\": false, \"response_format\": {\"type\": \"text\"}")
                .sampling()
                .temperature());
    }

    @Test
    void aTopProbabilityOfZeroStillAllowsTheLikeliestToken() {
        assertTrue(with(", \"top_p\": 0").sampling().topP() > 0);
    }

    @Test
    void usageIsIncludedWhenAskedFor() {
        CompletionRequest request = with(", \"stream\": true, \"stream_options\": {\"include_usage\": true}");
        assertTrue(request.stream());
        assertTrue(request.includeUsage());
    }

    @Test
    void developersMessagesAreTheSystems() {
        assertEquals(
                List.of(
                        new Turn(Role.SYSTEM, "s"),
                        new Turn(Role.SYSTEM, "d"),
                        new Turn(Role.USER, "u"),
                        new Turn(Role.ASSISTANT, "a")),
                parse("""
                        {"model": "m", "messages": [{"role": "system", "content": "s"}, {"role": "developer", "content": "d"},
                        {"role": "user", "content": "u"}, {"role": "assistant", "content": "a"}]}""").turns());
    }

    @Test
    void textPartsAreJoined() {
        assertEquals(List.of(new Turn(Role.USER, "长城")), messages("""
                {"role": "user", "content": [{"type": "text", "text": "长"}, {"type": "text", "text": "城"}]}"""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "temperature": -0.1 | temperature | invalid_value
            "temperature": 2.1 | temperature | invalid_value
            "temperature": "warm" | temperature | invalid_type
            "temperature": 1e999 | temperature | invalid_value
            "top_p": -1 | top_p | invalid_value
            "top_p": 1.01 | top_p | invalid_value
            "top_k": -1 | top_k | invalid_value
            "top_k": 1.5 | top_k | invalid_type
            "max_tokens": 0 | max_tokens | invalid_value
            "max_tokens": -5 | max_tokens | invalid_value
            "max_tokens": 1e999999999 | max_tokens | invalid_type
            "max_tokens": 99999999999 | max_tokens | invalid_value
            "max_tokens": true | max_tokens | invalid_type
            "max_tokens": 5, "max_completion_tokens": 5 | max_tokens | invalid_value
            "seed": 99999999999999999999 | seed | invalid_type
            "seed": 0.5 | seed | invalid_type
            "stop": ["a","b","c","d","e"] | stop | invalid_value
            "stop": "" | stop | invalid_value
            "stop": 5 | stop | invalid_type
            "stop": [5] | stop[0] | invalid_type
            "n": 2 | n | invalid_value
            "n": 0 | n | invalid_value
            "stream": "yes" | stream | invalid_type
            "stream_options": {} | stream_options | invalid_value
            "stream": true, "stream_options": {"include_usage": 1} | stream_options.include_usage | invalid_type
            "stream": true, "stream_options": 1 | stream_options | invalid_type
            "logprobs": true | logprobs | invalid_value
            "tools": [{"type": "function"}] | tools | invalid_value
            "response_format": {"type": "json_object"} | response_format | invalid_value
            """)
    void whatIsNotValidIsRefusedByName(String field, String param, String code) {
        ApiError error = refusal(() -> with(", " + field));
        assertEquals(400, error.status());
        assertEquals(param, error.param());
        assertEquals(code, error.code());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            5 | messages[0]
            {"content": "x"} | messages[0].role
            {"role": "tool", "content": "x"} | messages[0].role
            {"role": "user"} | messages[0].content
            {"role": "user", "content": null} | messages[0].content
            {"role": "user", "content": 5} | messages[0].content
            {"role": "user", "content": [5]} | messages[0].content[0]
            {"role": "user", "content": [{"type": "image_url"}]} | messages[0].content[0].type
            {"role": "user", "content": [{"type": "text"}]} | messages[0].content[0].text
            {"role": "user", "content": "\\ud83d"} | messages[0].content
            {"role": "user", "content": "\\ude00\\ud83d"} | messages[0].content
            """)
    void aMessageThatIsNotValidIsRefusedByPlace(String message, String param) {
        ApiError error = refusal(() -> messages(message));
        assertEquals(400, error.status());
        assertEquals(param, error.param());
    }

    @Test
    void charactersBeyondTheBasicPlaneAreFine() {
        assertEquals(
                "\ud83d\ude00",
                messages("{\"role\": \"user\", \"content\": \"\\ud83d\\ude00\"}")
                        .getFirst()
                        .text());
    }

    @Test
    void aConversationAndAModelAreNeeded() {
        assertEquals("messages", refusal(() -> parse("{\"model\": \"m\"}")).param());
        assertEquals(
                "messages",
                refusal(() -> parse("{\"model\": \"m\", \"messages\": []}")).param());
        assertEquals(
                "messages",
                refusal(() -> parse("{\"model\": \"m\", \"messages\": {}}")).param());
        assertEquals("model", refusal(() -> parse("{\"messages\": []}")).param());
    }

    private static CompletionRequest with(String fields) {
        return parse("{\"model\": \"m\", \"messages\": [{\"role\": \"user\", \"content\": \"hi\"}]" + fields + "}");
    }

    private static List<Turn> messages(String message) {
        return parse("{\"model\": \"m\", \"messages\": [" + message + "]}").turns();
    }

    private static CompletionRequest parse(String json) {
        try (var reader = Json.createReader(new StringReader(json))) {
            return CompletionRequest.of(reader.readObject());
        }
    }

    private static ApiError refusal(Runnable request) {
        return assertThrows(ApiException.class, request::run).error();
    }
}
