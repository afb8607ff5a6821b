package io.intramuros.chat;

import jakarta.ejb.ApplicationException;
import java.time.Duration;
import java.util.Optional;

/** Why a question is not answered. The message is for the person who asked. */
@ApplicationException(rollback = true)
public class ChatException extends RuntimeException {
    /** The kinds of refusal; each door words them in its own way. */
    public enum Kind {
        /** No engine serves the model asked for. */
        UNKNOWN_MODEL,
        /** It exists but is loading or failed. */
        MODEL_UNAVAILABLE,
        /** The conversation is longer than the model's context. */
        PROMPT_TOO_LONG,
        /** A parameter or the conversation's form is not valid. */
        INVALID_REQUEST,
        /** Too many requests wait already. */
        QUEUE_FULL,
        /** This conversation's earlier question is still being answered. */
        CONVERSATION_BUSY,
        /** The caller's monthly tokens are spent. */
        ALLOWANCE_SPENT,
        /** The record could not be written, and without a record there is no answer. */
        RECORD_UNAVAILABLE
    }

    private final Kind kind;
    private final String parameter;
    private final Duration retryAfter;

    public ChatException(Kind kind, String message) {
        this(kind, message, null, null, null);
    }

    public ChatException(Kind kind, String message, String parameter, Duration retryAfter, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.parameter = parameter;
        this.retryAfter = retryAfter;
    }

    public Kind kind() {
        return kind;
    }

    /** The parameter at fault, for {@link Kind#INVALID_REQUEST}. */
    public Optional<String> parameter() {
        return Optional.ofNullable(parameter);
    }

    /** When another try may succeed, where that is known: soon for a full queue, next month for an allowance. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
