package io.intramuros.web.portal;

import io.intramuros.chat.AnswerSummary;

/** The line under an answer: which model, in which precision, how many tokens, how it ended. */
final class AnswerFactsText {
    private AnswerFactsText() {}

    static String of(
            Texts texts,
            String model,
            String precision,
            int promptTokens,
            int completionTokens,
            AnswerSummary.Outcome outcome) {
        String facts = texts.get("answer.facts", model, precision, promptTokens, completionTokens);
        String ending = "answer.outcome." + outcome.name();
        return texts.has(ending) ? facts + " · " + texts.get(ending) : facts;
    }
}
