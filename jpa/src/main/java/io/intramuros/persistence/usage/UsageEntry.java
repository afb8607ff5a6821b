package io.intramuros.persistence.usage;

import jakarta.persistence.Column;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Optional;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

/** A row of the usage audit: written before the first token, settled once at the end, never changed after that. */
@Entity
@Table(name = "usage_audit")
public class UsageEntry {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private Long id;

    @Embedded
    private UsageOpening opening;

    @Enumerated(EnumType.STRING)
    @JdbcTypeCode(SqlTypes.VARCHAR)
    private UsageStatus status;

    @Column(name = "settled_at")
    private Instant settledAt;

    @Column(name = "completion_tokens")
    private int completionTokens;

    @Column(name = "time_to_first_token_millis")
    private Long timeToFirstTokenMillis;

    @Column(name = "duration_millis")
    private Long durationMillis;

    private String failure;

    protected UsageEntry() {}

    UsageEntry(UsageOpening opening) {
        this.opening = opening;
        this.status = UsageStatus.OPEN;
    }

    public Long id() {
        return id;
    }

    /** What was known before its first token; the tokens of the prompt are those that were charged in the end. */
    public UsageOpening opening() {
        return opening;
    }

    public UsageStatus status() {
        return status;
    }

    /** When it was settled; empty while it is open. */
    public Optional<Instant> settledAt() {
        return Optional.ofNullable(settledAt);
    }

    public int completionTokens() {
        return completionTokens;
    }

    /** Empty if there was no token. */
    public Optional<Long> timeToFirstTokenMillis() {
        return Optional.ofNullable(timeToFirstTokenMillis);
    }

    /** Empty while it is open, and if it was interrupted. */
    public Optional<Long> durationMillis() {
        return Optional.ofNullable(durationMillis);
    }

    /** Why it failed, was refused or interrupted. */
    public Optional<String> failure() {
        return Optional.ofNullable(failure);
    }
}
