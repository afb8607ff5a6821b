package io.intramuros.persistence.usage;

/**
 * Sums over rows of the usage audit.
 *
 * @param rows how many
 * @param promptTokens of them all
 * @param completionTokens of them all
 */
public record UsageSums(long rows, long promptTokens, long completionTokens) {}
