package io.intramuros.persistence.usage;

import jakarta.persistence.criteria.CriteriaBuilder;
import jakarta.persistence.criteria.Predicate;
import jakarta.persistence.criteria.Root;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Which rows are wanted; {@code null} stands for any.
 *
 * @param from opened at or after
 * @param until opened before
 * @param userName exactly this user
 * @param door exactly this door
 * @param model exactly this model
 * @param status exactly this status
 */
public record UsageCriteria(
        Instant from, Instant until, String userName, String door, String model, UsageStatus status) {

    List<Predicate> on(Root<UsageEntry> entry, CriteriaBuilder is) {
        List<Predicate> all = new ArrayList<>();
        if (from != null) {
            all.add(is.greaterThanOrEqualTo(entry.get("opening").get("openedAt"), from));
        }
        if (until != null) {
            all.add(is.lessThan(entry.get("opening").get("openedAt"), until));
        }
        if (userName != null) {
            all.add(is.equal(entry.get("opening").get("userName"), userName));
        }
        if (door != null) {
            all.add(is.equal(entry.get("opening").get("door"), door));
        }
        if (model != null) {
            all.add(is.equal(entry.get("opening").get("model"), model));
        }
        if (status != null) {
            all.add(is.equal(entry.get("status"), status));
        }
        return all;
    }
}
