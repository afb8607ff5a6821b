package io.intramuros.persistence.conversation;

import jakarta.persistence.Column;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

/** One message of a conversation. */
@Entity
@Table(name = "message")
public class StoredMessage {
    /** Who speaks. */
    public enum Speaker {
        USER,
        ASSISTANT
    }

    /** The longest text a message keeps: what H2's unbounded character type holds, rounded down. */
    public static final int MOST_CHARACTERS = 1_000_000;

    @Id
    private UUID id;

    @Column(name = "conversation_id")
    private UUID conversationId;

    private int ordinal;

    @Enumerated(EnumType.STRING)
    @JdbcTypeCode(SqlTypes.VARCHAR)
    private Speaker speaker;

    private String content;

    @Column(name = "created_at")
    private Instant createdAt;

    @Embedded
    private AnswerMetadata answer;

    protected StoredMessage() {}

    /**
     * @param id its identifier
     * @param conversationId where it belongs
     * @param ordinal its place in there, from 0
     * @param speaker who speaks
     * @param content what is said; beyond {@link #MOST_CHARACTERS} it is cut
     * @param createdAt now
     * @param answer what is known of an answer; {@code null} for a question
     */
    public StoredMessage(
            UUID id,
            UUID conversationId,
            int ordinal,
            Speaker speaker,
            String content,
            Instant createdAt,
            AnswerMetadata answer) {
        this.id = id;
        this.conversationId = conversationId;
        this.ordinal = ordinal;
        this.speaker = speaker;
        this.content = storable(content);
        this.createdAt = createdAt;
        this.answer = answer;
    }

    public UUID id() {
        return id;
    }

    public int ordinal() {
        return ordinal;
    }

    public Speaker speaker() {
        return speaker;
    }

    public String content() {
        return content;
    }

    public Instant createdAt() {
        return createdAt;
    }

    /** Empty for a question. */
    public Optional<AnswerMetadata> answer() {
        return Optional.ofNullable(answer);
    }

    /** A model may write U+0000, which PostgreSQL does not store; and more than the column holds. */
    private static String storable(String text) {
        String clean = text.replace("\u0000", "\uFFFD");
        if (clean.length() <= MOST_CHARACTERS) {
            return clean;
        }
        boolean splitsPair = Character.isHighSurrogate(clean.charAt(MOST_CHARACTERS - 1));
        return clean.substring(0, splitsPair ? MOST_CHARACTERS - 1 : MOST_CHARACTERS);
    }
}
