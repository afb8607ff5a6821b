package io.intramuros.web.api;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.time.Duration;

/**
 * An error as OpenAI's clients read it.
 *
 * @param status the HTTP status
 * @param message what is wrong and what would help
 * @param type OpenAI's word for the kind of error
 * @param param the parameter at fault, or {@code null}
 * @param code a word for programs, or {@code null}
 * @param retryAfter when another try may succeed, or {@code null}
 */
public record ApiError(int status, String message, String type, String param, String code, Duration retryAfter) {
    private static final String INVALID_REQUEST = "invalid_request_error";
    private static final String SERVER_ERROR = "server_error";

    /** A request that will never succeed as it is. */
    public static ApiError invalid(int status, String message, String param, String code) {
        return new ApiError(status, message, INVALID_REQUEST, param, code, null);
    }

    /** A caller without a valid token. */
    public static ApiError unauthenticated() {
        return new ApiError(
                401,
                "Send a valid access token of this server's audience as \"Authorization: Bearer …\".",
                INVALID_REQUEST,
                null,
                "invalid_api_key",
                null);
    }

    /** A caller whose roles do not allow this. */
    public static ApiError forbidden() {
        return new ApiError(
                403,
                "The token is valid, but its roles do not allow this; it needs the role user or app.",
                "permission_error",
                null,
                "insufficient_permissions",
                null);
    }

    /** Too much at once, or too much this month. */
    public static ApiError limited(String message, String type, String code, Duration retryAfter) {
        return new ApiError(429, message, type, null, code, retryAfter);
    }

    /** Something the answer needs is away for now. */
    public static ApiError unavailable(String message, String code, Duration retryAfter) {
        return new ApiError(503, message, SERVER_ERROR, null, code, retryAfter);
    }

    /** A fault of ours; its details are in the log, under the request's identifier. */
    public static ApiError internal() {
        return new ApiError(
                500,
                "The server met an unexpected fault. Tell its administrator the x-request-id of this response.",
                SERVER_ERROR,
                null,
                "internal_error",
                null);
    }

    /** The body of the response. */
    public JsonObject toJson() {
        JsonObjectBuilder error =
                Json.createObjectBuilder().add("message", message).add("type", type);
        addOrNull(error, "param", param);
        addOrNull(error, "code", code);
        return Json.createObjectBuilder().add("error", error).build();
    }

    private static void addOrNull(JsonObjectBuilder object, String name, String value) {
        if (value == null) {
            object.addNull(name);
        } else {
            object.add(name, value);
        }
    }
}
