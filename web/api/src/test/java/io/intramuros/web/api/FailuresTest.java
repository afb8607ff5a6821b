package io.intramuros.web.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.intramuros.chat.ChatException;
import io.intramuros.chat.ChatException.Kind;
import io.intramuros.web.BadBodyException;
import jakarta.ejb.EJBAccessException;
import jakarta.ejb.EJBException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FailuresTest {
    @ParameterizedTest
    @CsvSource({
        "UNKNOWN_MODEL, 404, model_not_found",
        "MODEL_UNAVAILABLE, 503, model_unavailable",
        "PROMPT_TOO_LONG, 400, context_length_exceeded",
        "INVALID_REQUEST, 400, invalid_value",
        "QUEUE_FULL, 429, rate_limit_exceeded",
        "CONVERSATION_BUSY, 409, conversation_busy",
        "ALLOWANCE_SPENT, 429, insufficient_quota",
        "RECORD_UNAVAILABLE, 503, record_unavailable"
    })
    void eachRefusalHasItsStatusAndCode(Kind kind, int status, String code) {
        ApiError error = Failures.of(new ChatException(kind, "why"));
        assertEquals(status, error.status());
        assertEquals(code, error.code());
        assertEquals("why", error.message());
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void whatMaySucceedLaterSaysWhen(Kind kind) {
        ApiError error = Failures.of(new ChatException(kind, "why"));
        if (error.status() == 429 || error.status() == 503) {
            assertNotNull(error.retryAfter());
        } else {
            assertNull(error.retryAfter());
        }
    }

    @Test
    void theTimeToWaitIsInWholeSecondsAndNeverNone() {
        assertEquals("1", ErrorResponses.seconds(Duration.ZERO));
        assertEquals("1", ErrorResponses.seconds(Duration.ofMillis(1)));
        assertEquals("3", ErrorResponses.seconds(Duration.ofMillis(2001)));
    }

    @Test
    void parametersAreNamedAsTheApiNamesThem() {
        ChatException refusal = new ChatException(Kind.INVALID_REQUEST, "why", "maxTokens", null, null);
        assertEquals("max_tokens", Failures.of(refusal).param());
    }

    @Test
    void aRefusalIsFoundInsideWhateverTheContainerWrapsItIn() {
        var wrapped = new EJBException(new RuntimeException(new ChatException(Kind.QUEUE_FULL, "why")));
        assertEquals(429, Failures.of(wrapped).status());
    }

    @Test
    void aCallerWithoutTheRoleIsForbidden() {
        assertEquals(403, Failures.of(new EJBAccessException("no")).status());
    }

    @Test
    void aBadBodyKeepsItsStatus() {
        assertEquals(413, Failures.of(new BadBodyException(413, "large")).status());
    }

    @Test
    void aFaultOfOursTellsNothingOfItsInsides() {
        ApiError error = Failures.of(new IllegalStateException("jdbc:secret"));
        assertEquals(500, error.status());
        assertFalse(error.toJson().toString().contains("secret"));
    }

    @Test
    void anErrorHasAllFourOfOpenAisFields() {
        assertEquals(
                "{\"error\":{\"message\":\"m\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"c\"}}",
                ApiError.invalid(400, "m", null, "c").toJson().toString());
    }
}
