package io.intramuros.chat;

import java.time.Instant;
import java.util.UUID;

/**
 * A conversation in a list.
 *
 * @param id its identifier
 * @param title what its owner called it, or the beginning of the first question
 * @param updatedAt when it was last added to
 */
public record ConversationSummary(UUID id, String title, Instant updatedAt) {}
