package io.intramuros.usage;

import java.time.Instant;

/**
 * The caller's tokens of this month.
 *
 * @param limitTokens what the month allows
 * @param usedTokens settled
 * @param reservedTokens held for requests that are running
 * @param resetsAt when the next month begins
 */
public record Allowance(long limitTokens, long usedTokens, long reservedTokens, Instant resetsAt) {}
