package io.intramuros.persistence.usage;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

/** A row of the usage audit: written before the first token, settled once at the end, never changed after that. */
@Entity
@Table(name = "usage_audit")
public class UsageEntry {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private Long id;

    @Column(name = "request_id")
    private String requestId;

    @Column(name = "user_name")
    private String userName;

    private String door;

    @Column(name = "client_id")
    private String clientId;

    private String engine;

    private String model;

    @Column(name = "model_digest")
    private String digest;

    @Column(name = "model_precision")
    private String precision;

    private String backend;

    @Column(name = "instance_id")
    private UUID instanceId;

    @Column(name = "opened_at")
    private Instant openedAt;

    @Column(name = "allowance_month")
    private LocalDate allowanceMonth;

    @Column(name = "reserved_tokens")
    private long reservedTokens;

    @Enumerated(EnumType.STRING)
    @JdbcTypeCode(SqlTypes.VARCHAR)
    private UsageStatus status;

    @Column(name = "settled_at")
    private Instant settledAt;

    @Column(name = "prompt_tokens")
    private int promptTokens;

    @Column(name = "completion_tokens")
    private int completionTokens;

    @Column(name = "time_to_first_token_millis")
    private Long timeToFirstTokenMillis;

    @Column(name = "duration_millis")
    private Long durationMillis;

    private String failure;

    protected UsageEntry() {}

    UsageEntry(UsageOpening opening) {
        this.requestId = opening.requestId();
        this.userName = opening.userName();
        this.door = opening.door();
        this.clientId = opening.clientId();
        this.engine = opening.engine();
        this.model = opening.model();
        this.digest = opening.digest();
        this.precision = opening.precision();
        this.backend = opening.backend();
        this.instanceId = opening.instanceId();
        this.openedAt = opening.openedAt();
        this.allowanceMonth = opening.allowanceMonth();
        this.reservedTokens = opening.reservedTokens();
        this.promptTokens = opening.promptTokens();
        this.status = UsageStatus.OPEN;
    }

    public Long id() {
        return id;
    }

    public String requestId() {
        return requestId;
    }

    public String userName() {
        return userName;
    }

    public String door() {
        return door;
    }

    /** The OIDC client, if the door knew one. */
    public Optional<String> clientId() {
        return Optional.ofNullable(clientId);
    }

    /** The engine's name in the server's configuration. */
    public String engine() {
        return engine;
    }

    public String model() {
        return model;
    }

    /** SHA-256 of the weights that ran. */
    public String digest() {
        return digest;
    }

    public String precision() {
        return precision;
    }

    /** What computed. */
    public String backend() {
        return backend;
    }

    /** The run of the server that answers. */
    public UUID instanceId() {
        return instanceId;
    }

    public Instant openedAt() {
        return openedAt;
    }

    /** The first day of the month that is charged. */
    public LocalDate allowanceMonth() {
        return allowanceMonth;
    }

    /** Tokens held in the allowance while the row is open. */
    public long reservedTokens() {
        return reservedTokens;
    }

    public UsageStatus status() {
        return status;
    }

    /** When it was settled; empty while it is open. */
    public Optional<Instant> settledAt() {
        return Optional.ofNullable(settledAt);
    }

    public int promptTokens() {
        return promptTokens;
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
