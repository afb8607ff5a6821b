package io.intramuros.chat;

import io.intramuros.chat.ChatException.Kind;
import java.util.List;

/** What a question must be like before anything is spent on it. */
final class QuestionRules {
    /** More than any context here holds; what a context really holds is counted in tokens later. */
    static final int MOST_CHARACTERS = 1_000_000;

    static final int MOST_TURNS = 2_000;
    private static final int MOST_NAME_CHARACTERS = 255;
    private static final int MOST_REQUEST_ID_CHARACTERS = 64;
    private static final int MOST_STOPS = 4;
    private static final int MOST_STOP_CHARACTERS = 500;

    private QuestionRules() {}

    /** @throws ChatException naming the parameter at fault, what it must be and what it was */
    static void check(ChatRequest request) {
        if (request.requestId() == null
                || request.requestId().isBlank()
                || request.requestId().length() > MOST_REQUEST_ID_CHARACTERS) {
            throw invalid("requestId", "The request needs an identifier of 1 to 64 characters.");
        }
        if (request.door() == null) {
            throw invalid("door", "The request does not say where it came in.");
        }
        if (request.clientId() != null && request.clientId().length() > MOST_NAME_CHARACTERS) {
            throw invalid("clientId", "The client's name is longer than 255 characters.");
        }
        if (request.model() != null && request.model().length() > MOST_NAME_CHARACTERS) {
            throw invalid("model", "The model's name is longer than 255 characters.");
        }
        checkTurns(request.turns());
        checkSampling(request.sampling());
    }

    private static void checkTurns(List<Turn> turns) {
        if (turns.isEmpty()) {
            throw invalid("messages", "There is no message: send at least one.");
        }
        if (turns.size() > MOST_TURNS) {
            throw invalid("messages", "There are " + turns.size() + " messages; at most " + MOST_TURNS + " are read.");
        }
        long characters = 0;
        for (Turn turn : turns) {
            if (turn.role() == null || turn.text() == null) {
                throw invalid("messages", "Each message needs a role and a text.");
            }
            characters += turn.text().length();
        }
        if (characters > MOST_CHARACTERS) {
            throw new ChatException(
                    Kind.PROMPT_TOO_LONG,
                    "The messages have " + characters + " characters together; at most " + MOST_CHARACTERS
                            + " are read. Shorten them or start a new conversation.");
        }
        if (turns.getLast().role() == Turn.Role.ASSISTANT) {
            throw invalid("messages", "The last message is the assistant's own: there is no question to answer.");
        }
    }

    private static void checkSampling(SamplingOptions sampling) {
        if (sampling.maxTokens() != null && sampling.maxTokens() < 1) {
            throw mustBe("maxTokens", "at least 1", sampling.maxTokens());
        }
        Double temperature = sampling.temperature();
        if (temperature != null && !(temperature >= 0 && temperature <= 2)) {
            throw mustBe("temperature", "from 0 to 2", temperature);
        }
        Double topP = sampling.topP();
        if (topP != null && !(topP > 0 && topP <= 1)) {
            throw mustBe("topP", "above 0 and at most 1", topP);
        }
        if (sampling.topK() != null && sampling.topK() < 0) {
            throw mustBe("topK", "0 or more", sampling.topK());
        }
        if (sampling.stop().size() > MOST_STOPS) {
            throw mustBe(
                    "stop", "at most " + MOST_STOPS + " texts", sampling.stop().size());
        }
        for (String stop : sampling.stop()) {
            if (stop.isEmpty() || stop.length() > MOST_STOP_CHARACTERS) {
                throw mustBe("stop", "texts of 1 to " + MOST_STOP_CHARACTERS + " characters", stop.length());
            }
        }
    }

    private static ChatException mustBe(String parameter, String rule, Object value) {
        return invalid(parameter, "The value must be " + rule + "; it was " + value + ".");
    }

    private static ChatException invalid(String parameter, String message) {
        return new ChatException(Kind.INVALID_REQUEST, message, parameter, null, null);
    }
}
