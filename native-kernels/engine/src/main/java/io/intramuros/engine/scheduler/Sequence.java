package io.intramuros.engine.scheduler;

import io.intramuros.engine.cache.BlockTable;
import java.util.Arrays;

/**
 * The tokens of one request, from its prompt to the last token drawn, and how many of them have been computed. Owned by
 * the step loop.
 */
public class Sequence {
    private static final int ROOM_FOR_ANSWER = 64;

    private int[] tokens;
    private int length;
    private final int promptLength;
    private final BlockTable blocks = new BlockTable();
    private int computed;
    private int reused = -1;

    /** Tokens that the step being planned computes; the scheduler's own. */
    private int planned;

    /** @param prompt the prompt's tokens, at least one; copied */
    public Sequence(int[] prompt) {
        promptLength = prompt.length;
        length = prompt.length;
        tokens = Arrays.copyOf(prompt, prompt.length + ROOM_FOR_ANSWER);
    }

    /** The tokens; only the first {@link #length()} entries mean something. Not a copy. */
    public final int[] tokens() {
        return tokens;
    }

    /** Tokens of the prompt and drawn so far. */
    public final int length() {
        return length;
    }

    /** Tokens of the prompt. */
    public final int promptLength() {
        return promptLength;
    }

    /** Tokens drawn so far. */
    public final int drawn() {
        return length - promptLength;
    }

    /** Tokens whose keys and values are in the cache. */
    public final int computed() {
        return computed;
    }

    /** Tokens of the prompt that were found in the cache when the sequence first got its place. */
    public final int reused() {
        return Math.max(reused, 0);
    }

    /** Where its keys and values are. */
    public final BlockTable blocks() {
        return blocks;
    }

    /** Appends a token that was drawn. */
    protected final void append(int token) {
        if (length == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * length);
        }
        tokens[length++] = token;
    }

    /** Whether it has ever had a place. */
    final boolean started() {
        return reused >= 0;
    }

    final int pending() {
        return length - computed;
    }

    final int planned() {
        return planned;
    }

    final void plan(int count) {
        planned = count;
    }

    final void start(int found) {
        computed = found;
        reused = reused < 0 ? found : reused;
    }

    final void advance(int count) {
        computed += count;
    }

    final void restart() {
        computed = 0;
        planned = 0;
    }
}
