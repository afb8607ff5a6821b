package io.intramuros.usage;

import java.time.Instant;

/**
 * Which rows are wanted; {@code null} stands for any.
 *
 * @param from opened at or after
 * @param until opened before
 * @param user exactly this user
 * @param door {@code PORTAL} or {@code API}
 * @param model exactly this model
 * @param status exactly this status
 */
public record UsageFilter(Instant from, Instant until, String user, String door, String model, String status) {
    /** Every row. */
    public static final UsageFilter ANY = new UsageFilter(null, null, null, null, null, null);
}
