package io.intramuros.persistence.conversation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.persistence.TestDatabase;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConversationsTest {
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final UUID INSTANCE = UUID.randomUUID();

    @ParameterizedTest
    @EnumSource
    void nobodyReachesAnothersConversation(TestDatabase.Kind kind) {
        try (TestDatabase database = TestDatabase.migrated(kind)) {
            UUID id = add(database, "ada");
            database.run(em -> {
                Conversations conversations = new Conversations(em);
                assertTrue(conversations.find(id, "eve").isEmpty());
                assertEquals(List.of(), conversations.of("eve"));
                assertFalse(conversations.delete(id, "eve"));
                assertFalse(conversations.claim(id, "eve", "r", INSTANCE));
                assertTrue(conversations.find(id, "ada").isPresent());
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void deletingTakesTheMessagesWithIt(TestDatabase.Kind kind) {
        try (TestDatabase database = TestDatabase.migrated(kind)) {
            UUID id = add(database, "ada");
            keep(database, id, "hello");
            assertTrue(database.holds(em -> new Conversations(em).delete(id, "ada")));
            assertEquals(
                    List.of(),
                    database.inTransaction(em -> em.createQuery("select m from StoredMessage m", StoredMessage.class)
                            .getResultList()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneRequestHoldsAConversationAtATime(TestDatabase.Kind kind) {
        try (TestDatabase database = TestDatabase.migrated(kind)) {
            UUID id = add(database, "ada");
            database.run(em -> {
                Conversations conversations = new Conversations(em);
                assertTrue(conversations.claim(id, "ada", "r1", INSTANCE));
                assertFalse(conversations.claim(id, "ada", "r2", INSTANCE));
                assertFalse(conversations.release(id, "r2"));
                assertTrue(conversations.release(id, "r1"));
                assertTrue(conversations.claim(id, "ada", "r2", INSTANCE));
                assertEquals(1, conversations.releaseAbandoned(), "no server of that instance runs");
                assertTrue(conversations.claim(id, "ada", "r3", INSTANCE));
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void longTextsAndEveryCharacterAreKeptAsTheyAre(TestDatabase.Kind kind) {
        try (TestDatabase database = TestDatabase.migrated(kind)) {
            UUID id = add(database, "ada");
            String text = "汉字 😀 ü \n\t ".repeat(50_000);
            keep(database, id, text);
            assertEquals(text, onlyMessage(database, id));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatNoDatabaseHoldsIsReplacedOrCut(TestDatabase.Kind kind) {
        try (TestDatabase database = TestDatabase.migrated(kind)) {
            UUID id = add(database, "ada");
            keep(database, id, "\u0000" + "😀".repeat(StoredMessage.MOST_CHARACTERS / 2));
            String kept = onlyMessage(database, id);
            assertEquals('\uFFFD', kept.charAt(0));
            assertEquals(StoredMessage.MOST_CHARACTERS - 1, kept.length(), "not half a character at the end");
        }
    }

    private static UUID add(TestDatabase database, String owner) {
        UUID id = UUID.randomUUID();
        database.run(em -> {
            new Conversations(em).add(new StoredConversation(id, owner, NOON));
        });
        return id;
    }

    private static void keep(TestDatabase database, UUID conversation, String text) {
        database.run(em -> {
            new Conversations(em)
                    .add(new StoredMessage(
                            UUID.randomUUID(), conversation, 0, StoredMessage.Speaker.USER, text, NOON, null));
        });
    }

    private static String onlyMessage(TestDatabase database, UUID id) {
        return database.inTransaction(em -> {
            Conversations conversations = new Conversations(em);
            return conversations
                    .messages(conversations.find(id, "ada").orElseThrow())
                    .getFirst()
                    .content();
        });
    }
}
