package io.intramuros.engine.tokenizer;

/** Turns the tokens of one answer into text as they come. Not thread-safe. */
public interface IncrementalDetokenizer {
    /** The text that this token completes; empty while a character is unfinished. */
    String append(int id);

    /** What is left at the end; an unfinished character becomes U+FFFD. */
    String finish();
}
