package io.intramuros.engine;

/**
 * One turn of a conversation.
 *
 * @param role who speaks: {@code system}, {@code user}, {@code assistant}; the template decides what it accepts
 * @param content what is said
 */
public record ChatMessage(String role, String content) {}
