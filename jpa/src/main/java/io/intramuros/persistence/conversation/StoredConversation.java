package io.intramuros.persistence.conversation;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** A conversation of its owner. At most one of its questions is being answered at a time. */
@Entity
@Table(name = "conversation")
public class StoredConversation {
    /** The longest title. */
    public static final int MOST_TITLE_CHARACTERS = 200;

    @Id
    private UUID id;

    @Column(name = "owner_name")
    private String ownerName;

    private String title;

    @Column(name = "created_at")
    private Instant createdAt;

    @Column(name = "updated_at")
    private Instant updatedAt;

    @Column(name = "running_request")
    private String runningRequest;

    @Column(name = "running_instance")
    private UUID runningInstance;

    protected StoredConversation() {}

    /** A new one without a title. */
    public StoredConversation(UUID id, String ownerName, Instant createdAt) {
        this.id = id;
        this.ownerName = ownerName;
        this.createdAt = createdAt;
        this.updatedAt = createdAt;
    }

    public UUID id() {
        return id;
    }

    public String ownerName() {
        return ownerName;
    }

    /** Empty before the first question. */
    public Optional<String> title() {
        return Optional.ofNullable(title);
    }

    public void rename(String newTitle) {
        this.title = newTitle;
    }

    public Instant createdAt() {
        return createdAt;
    }

    /** When a message was last added. */
    public Instant updatedAt() {
        return updatedAt;
    }

    public void touch(Instant now) {
        this.updatedAt = now;
    }

    /** The request that is being answered, if there is one. */
    public Optional<String> runningRequest() {
        return Optional.ofNullable(runningRequest);
    }
}
