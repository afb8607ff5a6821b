package io.intramuros.engine.tokenizer;

/**
 * A token that is matched as a whole before the text is split.
 *
 * @param id its number
 * @param content how it is spelled
 * @param special whether it stands for something other than text and is left out of answers
 */
record AddedToken(int id, String content, boolean special) {
    /**
     * Whether a person's text must not become this token: it is special, or spelled like markup. Runs of spaces and
     * words that a model's maker added to the vocabulary are text like any other.
     */
    boolean guarded() {
        return special || (!content.isBlank() && !Character.isLetterOrDigit(content.codePointAt(0)));
    }
}
