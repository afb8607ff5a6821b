package io.intramuros.web.portal;

import io.intramuros.usage.UsageFilter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.StringJoiner;
import java.util.function.UnaryOperator;

/**
 * What an auditor asks for, as it stands in the address.
 *
 * @param from the first day, in UTC, as {@code 2026-01-31}; empty for any
 * @param until the last day; empty for any
 * @param user a user's name; empty for any
 * @param door {@code PORTAL} or {@code API}; empty for any
 * @param model a model's name; empty for any
 * @param status how it ended; empty for any
 */
public record AuditQuery(String from, String until, String user, String door, String model, String status) {
    /** Reads it from an address's parameters. */
    static AuditQuery of(UnaryOperator<String> parameter) {
        return new AuditQuery(
                day(parameter.apply("from")),
                day(parameter.apply("until")),
                text(parameter.apply("user")),
                text(parameter.apply("door")),
                text(parameter.apply("model")),
                text(parameter.apply("status")));
    }

    /** The filter that finds it. */
    UsageFilter filter() {
        return new UsageFilter(
                from.isEmpty() ? null : startOf(LocalDate.parse(from)),
                until.isEmpty() ? null : startOf(LocalDate.parse(until).plusDays(1)),
                orNull(user),
                orNull(door),
                orNull(model),
                orNull(status));
    }

    /** It as an address's parameters, without a question mark. */
    public String parameters() {
        StringJoiner joined = new StringJoiner("&");
        add(joined, "from", from);
        add(joined, "until", until);
        add(joined, "user", user);
        add(joined, "door", door);
        add(joined, "model", model);
        add(joined, "status", status);
        return joined.toString();
    }

    private static void add(StringJoiner joined, String name, String value) {
        if (!value.isEmpty()) {
            joined.add(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8));
        }
    }

    private static Instant startOf(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    /** A day typed wrongly is no limit, which the page shows by an empty field. */
    private static String day(String parameter) {
        try {
            return LocalDate.parse(text(parameter)).toString();
        } catch (DateTimeException _) {
            return "";
        }
    }

    private static String text(String parameter) {
        return parameter == null ? "" : parameter.strip();
    }

    private static String orNull(String value) {
        return value.isEmpty() ? null : value;
    }
}
