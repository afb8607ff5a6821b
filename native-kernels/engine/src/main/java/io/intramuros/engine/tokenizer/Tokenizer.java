package io.intramuros.engine.tokenizer;

import java.util.Set;

/** Text to tokens and back. Thread-safe. */
public interface Tokenizer extends AutoCloseable {
    /**
     * Tokens of a text. Special tokens that are spelled out in the text, such as {@code <|im_end|>}, become those
     * tokens only where {@code trusted}: a rendered chat template is trusted, what a person typed is not.
     *
     * @param text the text
     * @param addSpecialTokens whether the tokenizer adds its opening (and closing) tokens
     */
    int[] encode(String text, boolean addSpecialTokens);

    /** The text of some tokens, special tokens left out. */
    String decode(int[] ids);

    /** The token as the vocabulary writes it, for {@code score} and messages. */
    String token(int id);

    /** Tokens that end an answer. */
    Set<Integer> endTokens();

    /** Number of tokens, added ones included. */
    int vocabularySize();

    /** A fresh decoder for one answer. */
    IncrementalDetokenizer detokenizer();

    @Override
    void close();
}
