package io.intramuros.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.chat.ChatException.Kind;
import io.intramuros.engine.FinishReason;
import io.intramuros.engine.QueueFullException;
import io.intramuros.persistence.TestDatabase;
import io.intramuros.pool.ScriptedEngine.Submission;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource
class ConversationServiceTest {
    @Parameter
    TestDatabase.Kind kind;

    private House house;
    private ConversationService ada;
    private ConversationService eve;
    private UUID id;

    @BeforeEach
    void open() {
        house = new House(kind);
        ada = house.conversationsOf("ada");
        eve = house.conversationsOf("eve");
        id = ada.create().id();
    }

    @AfterEach
    void close() {
        house.close();
    }

    @Test
    void nobodyReachesAnothersConversationByAnyMethod() {
        List<Executable> attempts = List.of(
                () -> eve.open(id),
                () -> eve.rename(id, "mine"),
                () -> eve.delete(id),
                () -> eve.ask(id, "r", "portal", null, "what did she ask?", new Heard()));
        for (Executable attempt : attempts) {
            assertThrows(NoSuchConversationException.class, attempt);
        }
        assertEquals(List.of(), eve.list());
        assertEquals(0, house.rows().size());
        assertEquals(id, ada.open(id).summary().id());
    }

    @Test
    void aConversationThatWasDeletedIsLikeNone() {
        ada.delete(id);
        assertThrows(NoSuchConversationException.class, () -> ada.open(id));
        assertThrows(NoSuchConversationException.class, () -> ada.delete(id));
        assertThrows(NoSuchConversationException.class, () -> ada.open(UUID.randomUUID()));
    }

    @Test
    void questionAndAnswerAreKeptAndTheTitleIsTheQuestion() throws Exception {
        Heard heard = new Heard();
        ada.ask(id, "r", "portal", null, "How do I\nbrew tea?", heard);
        assertEquals(1, ada.open(id).messages().size(), "the question is kept before its answer");
        last().write("With ").write("water.").end(FinishReason.STOP, null);
        heard.awaitEnd();
        Conversation conversation = ada.open(id);
        assertEquals("How do I brew tea?", conversation.summary().title());
        assertEquals(
                List.of(new Turn(Turn.Role.USER, "How do I\nbrew tea?"), new Turn(Turn.Role.ASSISTANT, "With water.")),
                conversation.messages().stream().map(Conversation.Message::turn).toList());
        assertEquals(
                new Conversation.AnswerFacts("r", "m", "BF16", 4, 2, AnswerSummary.Outcome.STOP),
                conversation.messages().getLast().facts());
    }

    @Test
    void anAnswerThatWasStoppedIsKeptAsFarAsItCame() throws Exception {
        Heard heard = new Heard();
        ada.ask(id, "r", "portal", null, "hello", heard).cancel();
        Submission submission = last();
        submission.end(FinishReason.CANCELLED, null);
        heard.awaitEnd();
        assertEquals(1, ada.open(id).messages().size(), "nothing came");

        Heard again = new Heard();
        ada.ask(id, "r2", "portal", null, "hello", again);
        last().write("Hel").end(FinishReason.FAILED, "gone");
        again.awaitEnd();
        Conversation.Message kept = ada.open(id).messages().getLast();
        assertEquals("Hel", kept.turn().text());
        assertEquals(AnswerSummary.Outcome.FAILED, kept.facts().outcome());
        assertEquals(2, ada.open(id).messages().size(), "the same question again is not kept twice");
    }

    @Test
    void oneQuestionIsAnsweredAtATime() throws Exception {
        Heard heard = new Heard();
        ada.ask(id, "r", "portal", null, "hello", heard);
        ChatException refusal =
                assertThrows(ChatException.class, () -> ada.ask(id, "r2", "portal", null, "and?", new Heard()));
        assertEquals(Kind.CONVERSATION_BUSY, refusal.kind());
        assertEquals(1, house.rows().size());
        last().write("Hi.").end(FinishReason.STOP, null);
        heard.awaitEnd();
        ada.ask(id, "r3", "portal", null, "and?", new Heard());
        assertEquals(3, last().request().prompt().length(), "hello, Hi. and the question");
    }

    @Test
    void aRefusedQuestionIsKeptAndMayBeAskedAgain() {
        house.engine.atSubmit(() -> {
            throw new QueueFullException(1);
        });
        for (int i = 0; i < 2; i++) {
            String request = "r" + i;
            ChatException refusal =
                    assertThrows(ChatException.class, () -> ada.ask(id, request, "portal", null, "hello", new Heard()));
            assertEquals(Kind.QUEUE_FULL, refusal.kind());
        }
        assertEquals(1, ada.open(id).messages().size());
    }

    @Test
    void aConversationLongerThanTheContextSaysWhatToDo() throws Exception {
        Heard heard = new Heard();
        ada.ask(id, "r", "portal", null, "word ".repeat(60).strip(), heard);
        last().write("ok").end(FinishReason.STOP, null);
        heard.awaitEnd();
        ChatException refusal = assertThrows(
                ChatException.class,
                () -> ada.ask(id, "r2", "portal", null, "word ".repeat(50).strip(), new Heard()));
        assertEquals(Kind.PROMPT_TOO_LONG, refusal.kind());
        assertTrue(refusal.getMessage().contains("start a new conversation"), refusal.getMessage());
    }

    @Test
    void deletingStopsTheAnswerAndForgetsIt() throws Exception {
        Heard heard = new Heard();
        ada.ask(id, "r", "portal", null, "hello", heard);
        last().write("Hi");
        ada.delete(id);
        assertTrue(last().isCancelled());
        last().end(FinishReason.CANCELLED, null);
        heard.awaitEnd();
        assertEquals(List.of(), ada.list());
        assertEquals("", house.everythingIn("message"));
        assertEquals(1, house.rows().size(), "the audit keeps its row");
    }

    @Test
    void titlesHaveTheirLimits() {
        ada.rename(id, "  Tea  ");
        assertEquals("Tea", ada.list().getFirst().title());
        for (String bad : List.of("", "  ", "x".repeat(201))) {
            assertEquals(
                    "title",
                    assertThrows(ChatException.class, () -> ada.rename(id, bad))
                            .parameter()
                            .orElseThrow());
        }
    }

    @Test
    void theLatestConversationComesFirst() {
        UUID second = ada.create().id();
        ada.ask(id, "r", "portal", null, "hello", new Heard());
        assertEquals(
                List.of(id, second),
                ada.list().stream().map(ConversationSummary::id).toList());
    }

    private Submission last() {
        return house.engine.submissions().getLast();
    }
}
