package io.intramuros.engine.scheduler;

/**
 * The part of a sequence that one step computes: {@code count} tokens from {@link Sequence#computed()} on.
 *
 * @param sequence the sequence
 * @param count tokens, at least one
 * @param last whether the sequence has caught up after it, so that its next token is drawn
 */
public record Chunk<S extends Sequence>(S sequence, int count, boolean last) {}
