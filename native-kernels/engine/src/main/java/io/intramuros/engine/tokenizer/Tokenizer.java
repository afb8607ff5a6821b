package io.intramuros.engine.tokenizer;

import java.util.Set;

/** Text to tokens and back. Thread-safe. */
public interface Tokenizer extends AutoCloseable {
    /**
     * Tokens of a text. Special tokens that the text spells out, such as {@code <|im_end|>}, become those tokens: this
     * is for text that the model's maker or its operator wrote. What a person typed goes through {@link #plain} first.
     *
     * @param text the text; unpaired surrogates become U+FFFD
     * @param addSpecialTokens whether the tokenizer adds its opening (and closing) tokens
     */
    int[] encode(String text, boolean addSpecialTokens);

    /**
     * Makes typed text safe to be encoded, alone or inside a rendered chat template: where it spells a special token it
     * will be encoded as the ordinary text that it is. Text that spells none comes back as it is.
     */
    String plain(String typed);

    /** The text of some tokens, special tokens left out. */
    String decode(int[] ids);

    /**
     * The token as the vocabulary writes it, for {@code score} and messages.
     *
     * @throws IndexOutOfBoundsException if there is no such token
     */
    String token(int id);

    /** Tokens that end an answer. */
    Set<Integer> endTokens();

    /** The highest token's number plus one, added tokens included. */
    int vocabularySize();

    /** A fresh decoder for one answer. */
    IncrementalDetokenizer detokenizer();

    @Override
    void close();
}
