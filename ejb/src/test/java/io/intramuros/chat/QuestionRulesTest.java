package io.intramuros.chat;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.intramuros.chat.ChatException.Kind;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuestionRulesTest {
    private static final List<Turn> HELLO = List.of(new Turn(Turn.Role.USER, "hello"));

    static Stream<Arguments> absurdSampling() {
        return Stream.of(
                Arguments.of("maxTokens", new SamplingOptions(0, null, null, null, null, List.of())),
                Arguments.of("maxTokens", new SamplingOptions(-1, null, null, null, null, List.of())),
                Arguments.of("temperature", new SamplingOptions(null, -0.1, null, null, null, List.of())),
                Arguments.of("temperature", new SamplingOptions(null, 2.1, null, null, null, List.of())),
                Arguments.of("temperature", new SamplingOptions(null, Double.NaN, null, null, null, List.of())),
                Arguments.of("topP", new SamplingOptions(null, null, 0.0, null, null, List.of())),
                Arguments.of("topP", new SamplingOptions(null, null, 1.1, null, null, List.of())),
                Arguments.of("topP", new SamplingOptions(null, null, Double.NaN, null, null, List.of())),
                Arguments.of("topK", new SamplingOptions(null, null, null, -1, null, List.of())),
                Arguments.of("stop", new SamplingOptions(null, null, null, null, null, List.of(""))),
                Arguments.of(
                        "stop", new SamplingOptions(null, null, null, null, null, List.of("a", "b", "c", "d", "e"))));
    }

    @ParameterizedTest
    @MethodSource("absurdSampling")
    void absurdSamplingIsRefusedByTheParametersName(String parameter, SamplingOptions sampling) {
        ChatException refusal = assertThrows(ChatException.class, () -> QuestionRules.check(request(HELLO, sampling)));
        assertEquals(Kind.INVALID_REQUEST, refusal.kind());
        assertEquals(parameter, refusal.parameter().orElseThrow());
    }

    @Test
    void theEdgesOfEveryRangeAreTaken() {
        for (SamplingOptions edge : List.of(
                SamplingOptions.DEFAULT,
                new SamplingOptions(1, 0.0, Double.MIN_VALUE, 0, Long.MIN_VALUE, List.of("a", "b", "c", "d")),
                new SamplingOptions(Integer.MAX_VALUE, 2.0, 1.0, Integer.MAX_VALUE, 0L, List.of()))) {
            assertDoesNotThrow(() -> {
                QuestionRules.check(request(HELLO, edge));
                SamplingDefaults.complete(edge);
            });
        }
    }

    @Test
    void aConversationNeedsAQuestion() {
        assertEquals(Kind.INVALID_REQUEST, refused(List.of()).kind());
        assertEquals(
                Kind.INVALID_REQUEST,
                refused(List.of(HELLO.getFirst(), new Turn(Turn.Role.ASSISTANT, "hi")))
                        .kind());
        assertEquals(
                Kind.INVALID_REQUEST,
                refused(List.of(new Turn(Turn.Role.USER, null))).kind());
        assertEquals(
                Kind.INVALID_REQUEST, refused(List.of(new Turn(null, "hello"))).kind());
    }

    @Test
    void whatNoContextHoldsIsRefusedBeforeItIsTokenized() {
        String half = "x".repeat(QuestionRules.MOST_CHARACTERS / 2 + 1);
        assertEquals(
                Kind.PROMPT_TOO_LONG,
                refused(List.of(new Turn(Turn.Role.SYSTEM, half), new Turn(Turn.Role.USER, half)))
                        .kind());
        assertEquals(
                Kind.INVALID_REQUEST,
                refused(Collections.nCopies(QuestionRules.MOST_TURNS + 1, HELLO.getFirst()))
                        .kind());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "12345678901234567890123456789012345678901234567890123456789012345"})
    void aRequestNeedsAnIdentifierThatTheAuditHolds(String id) {
        ChatRequest request = new ChatRequest(id, Door.API, null, null, HELLO, SamplingOptions.DEFAULT);
        assertEquals(
                "requestId",
                assertThrows(ChatException.class, () -> QuestionRules.check(request))
                        .parameter()
                        .orElseThrow());
    }

    @Test
    void whatIsLeftOpenIsChosenByTheHouse() {
        assertEquals(0.7f, SamplingDefaults.complete(SamplingOptions.DEFAULT).temperature());
        assertEquals(0.95f, SamplingDefaults.complete(SamplingOptions.DEFAULT).topP());
        SamplingOptions greedy = new SamplingOptions(null, 0.0, null, null, 7L, List.of());
        assertEquals(0f, SamplingDefaults.complete(greedy).temperature());
        assertEquals(7, SamplingDefaults.complete(greedy).seed());
    }

    @Test
    void aTitleIsTheBeginningOfTheQuestionOnOneLine() {
        assertEquals("How do I\u00a0brew tea?", Titles.of("  How do\n\n\tI\u00a0brew tea? "));
        assertEquals("字".repeat(59) + "…", Titles.of("字".repeat(61)));
        assertEquals("😀".repeat(60), Titles.of("😀".repeat(60)));
    }

    private static ChatException refused(List<Turn> turns) {
        return assertThrows(ChatException.class, () -> QuestionRules.check(request(turns, SamplingOptions.DEFAULT)));
    }

    private static ChatRequest request(List<Turn> turns, SamplingOptions sampling) {
        return new ChatRequest("r", Door.API, "client", null, turns, sampling);
    }
}
