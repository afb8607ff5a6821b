package io.intramuros.web.api;

import io.intramuros.chat.ChatException;
import io.intramuros.server.DatabaseUnavailableException;
import io.intramuros.web.BadBodyException;
import jakarta.ejb.EJBAccessException;
import java.time.Duration;
import java.util.Locale;

/** What a client is told when something goes wrong. */
final class Failures {
    private static final Duration SOON = Duration.ofSeconds(5);

    private Failures() {}

    /** The error for whatever was thrown; a fault nobody foresaw says nothing of its insides. */
    static ApiError of(Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            switch (t) {
                case ApiException e -> {
                    return e.error();
                }
                case ChatException e -> {
                    return of(e);
                }
                case BadBodyException e -> {
                    return ApiError.invalid(e.status(), e.getMessage(), null, null);
                }
                case DatabaseUnavailableException e -> {
                    return ApiError.unavailable(e.getMessage(), "record_unavailable", SOON);
                }
                case EJBAccessException _ -> {
                    return ApiError.forbidden();
                }
                default -> {
                    // Look at what caused it.
                }
            }
        }
        return ApiError.internal();
    }

    private static ApiError of(ChatException refusal) {
        String message = refusal.getMessage();
        Duration later = refusal.retryAfter().orElse(SOON);
        return switch (refusal.kind()) {
            case UNKNOWN_MODEL -> ApiError.invalid(404, message, "model", "model_not_found");
            case MODEL_UNAVAILABLE -> ApiError.unavailable(message, "model_unavailable", later);
            case PROMPT_TOO_LONG -> ApiError.invalid(400, message, "messages", "context_length_exceeded");
            case INVALID_REQUEST ->
                ApiError.invalid(
                        400,
                        message,
                        refusal.parameter().map(Failures::inSnakeCase).orElse(null),
                        "invalid_value");
            case QUEUE_FULL -> ApiError.limited(message, "rate_limit_error", "rate_limit_exceeded", later);
            case CONVERSATION_BUSY -> ApiError.invalid(409, message, null, "conversation_busy");
            case ALLOWANCE_SPENT -> ApiError.limited(message, "insufficient_quota", "insufficient_quota", later);
            case RECORD_UNAVAILABLE -> ApiError.unavailable(message, "record_unavailable", later);
        };
    }

    /** The beans name parameters as Java does, the API as OpenAI does. */
    private static String inSnakeCase(String parameter) {
        return parameter.replaceAll("([a-z])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }
}
