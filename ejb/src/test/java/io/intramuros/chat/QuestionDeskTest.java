package io.intramuros.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.chat.ChatException.Kind;
import io.intramuros.engine.EngineStatus;
import io.intramuros.engine.FinishReason;
import io.intramuros.engine.QueueFullException;
import io.intramuros.engine.Refusal;
import io.intramuros.persistence.TestDatabase;
import io.intramuros.persistence.usage.UsageEntry;
import io.intramuros.persistence.usage.UsageStatus;
import io.intramuros.pool.ScriptedEngine.Submission;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource
class QuestionDeskTest {
    @Parameter
    TestDatabase.Kind kind;

    private House house;
    private final Heard heard = new Heard();

    @BeforeEach
    void open() {
        house = new House(kind);
    }

    @AfterEach
    void close() {
        house.close();
    }

    @Test
    void theRowIsCommittedBeforeTheEngineHearsOfTheQuestion() {
        AtomicReference<UsageEntry> seen = new AtomicReference<>();
        house.engine.atSubmit(() -> seen.set(house.onlyRow()));
        house.ask("ada", House.question("r", 10, 5), heard);
        assertEquals(UsageStatus.OPEN, seen.get().status());
        assertEquals("ada", seen.get().opening().userName());
        assertEquals("sha256:main", seen.get().opening().digest());
        assertEquals("script", seen.get().opening().backend());
        assertEquals(15, house.allowance("ada").reservedTokens());
    }

    @ParameterizedTest
    @EnumSource(
            value = FinishReason.class,
            names = {"STOP", "LENGTH", "CANCELLED"})
    void whatWasComputedOnRequestIsPaidFor(FinishReason reason) throws Exception {
        house.ask("ada", House.question("r", 10, 5), heard);
        submission().write("Hello").write(" world").end(reason, null);
        assertEquals(
                AnswerSummary.Outcome.valueOf(reason.name()), heard.awaitEnd().outcome());
        assertEquals("Hello world", heard.text.toString());
        UsageEntry row = house.onlyRow();
        assertEquals(UsageStatus.valueOf(reason.name()), row.status());
        assertEquals(10, row.opening().promptTokens());
        assertEquals(2, row.completionTokens());
        assertEquals(3, row.timeToFirstTokenMillis().orElseThrow());
        assertEquals(5, row.durationMillis().orElseThrow());
        assertEquals(12, house.allowance("ada").usedTokens());
        assertEquals(0, house.allowance("ada").reservedTokens());
    }

    @Test
    void aFailureIsOnRecordWithItsReasonAndCostsNothing() throws Exception {
        house.ask("ada", House.question("r", 10, 5), heard);
        submission().write("Hel").end(FinishReason.FAILED, "the device is gone");
        assertEquals("the device is gone", heard.awaitEnd().failure().orElseThrow());
        assertEquals(UsageStatus.FAILED, house.onlyRow().status());
        assertEquals("the device is gone", house.onlyRow().failure().orElseThrow());
        assertEquals(0, house.allowance("ada").usedTokens());
        assertEquals(0, house.allowance("ada").reservedTokens());
    }

    @Test
    void anEngineThatIsRemovedMeanwhileIsAFailureToWhoeverWaits() throws Exception {
        house.ask("ada", House.question("r", 10, 5), heard);
        submission().end(FinishReason.CANCELLED, "the engine was shut down");
        assertEquals(AnswerSummary.Outcome.FAILED, heard.awaitEnd().outcome());
        assertEquals(UsageStatus.FAILED, house.onlyRow().status());
    }

    @Test
    void stoppingReachesTheEngineAndIsOnRecord() throws Exception {
        Answer answer = house.ask("ada", House.question("r", 10, 5), heard);
        answer.cancel();
        answer.cancel();
        assertTrue(submission().isCancelled());
        submission().end(FinishReason.CANCELLED, null);
        assertEquals(AnswerSummary.Outcome.CANCELLED, heard.awaitEnd().outcome());
        assertEquals(UsageStatus.CANCELLED, house.onlyRow().status());
    }

    @Test
    void aReaderThatWentAwayStopsTheCompute() {
        house.ask("ada", House.question("r", 10, 5), new AnswerListener() {
            @Override
            public void onText(String text) {
                throw new IllegalStateException("broken pipe");
            }

            @Override
            public void onFinished(AnswerSummary summary) {
                throw new IllegalStateException("broken pipe");
            }
        });
        submission().write("Hello");
        assertTrue(submission().isCancelled());
        submission().end(FinishReason.CANCELLED, null);
        assertEquals(UsageStatus.CANCELLED, house.onlyRow().status());
        assertEquals(0, house.allowance("ada").reservedTokens());
    }

    @Test
    void theEndIsToldAfterTheRowIsSettled() throws Exception {
        AtomicReference<UsageStatus> seen = new AtomicReference<>();
        Heard last = new Heard(() -> seen.set(house.onlyRow().status()));
        house.ask("ada", House.question("r", 10, 5), last);
        submission().end(FinishReason.STOP, null);
        last.awaitEnd();
        assertEquals(UsageStatus.STOP, seen.get());
    }

    @Test
    void anEndToldTwiceSettlesOnce() throws Exception {
        house.ask("ada", House.question("r", 10, 5), heard);
        submission().end(FinishReason.STOP, null);
        submission().end(FinishReason.FAILED, "again");
        assertEquals(AnswerSummary.Outcome.STOP, heard.awaitEnd().outcome());
        assertEquals(UsageStatus.STOP, house.onlyRow().status());
        assertEquals(10, house.allowance("ada").usedTokens());
    }

    @Test
    void aFullQueueIsRefusedOnRecordAndCostsNothing() {
        house.engine.atSubmit(() -> {
            throw new QueueFullException(64);
        });
        ChatException refusal = refused(Kind.QUEUE_FULL, House.question("r", 10, 5));
        assertTrue(refusal.retryAfter().isPresent());
        assertEquals(UsageStatus.REFUSED, house.onlyRow().status());
        assertEquals("QUEUE_FULL", house.onlyRow().failure().orElseThrow());
        assertEquals(0, house.allowance("ada").reservedTokens());
        assertTrue(heard.endIfTold().isEmpty(), "who was refused hears it by the exception alone");
    }

    @Test
    void anEngineThatBreaksAtSubmitLeavesNoOpenRow() {
        house.engine.atSubmit(() -> {
            throw new IllegalStateException("broken");
        });
        refused(Kind.MODEL_UNAVAILABLE, House.question("r", 10, 5));
        assertEquals(UsageStatus.REFUSED, house.onlyRow().status());
        assertEquals(0, house.allowance("ada").reservedTokens());
    }

    @Test
    void withoutTheRecordThereIsNoAnswer() {
        house.database.goAway();
        refused(Kind.RECORD_UNAVAILABLE, House.question("r", 10, 5));
        assertEquals(List.of(), house.engine.submissions());
    }

    @Test
    void administratorsSeeHowManyQuestionsWereRefusedAndWhy() {
        for (int i = 0; i < 10; i++) {
            house.ask("ada", House.question("r" + i, 50, 50), new Heard());
        }
        refused(Kind.ALLOWANCE_SPENT, House.question("one more", 1, 1));
        house.database.goAway();
        refused(Kind.RECORD_UNAVAILABLE, House.question("r", 10, 5));
        house.engines.remove(house.engine);
        refused(Kind.MODEL_UNAVAILABLE, House.question("r", 10, 5));

        assertEquals(1, refusals(Refusal.ALLOWANCE_SPENT));
        assertEquals(1, refusals(Refusal.NO_RECORD));
        assertEquals(1, refusals(Refusal.NO_ENGINE));
        assertEquals(0, refusals(Refusal.QUEUE_FULL));
    }

    @Test
    void untilTheDatabaseWasMadeReadyThereIsNoAnswer() {
        ChatException refusal =
                assertThrows(ChatException.class, () -> house.askBeforeTheOpening(House.question("r", 10, 5)));
        assertEquals(Kind.RECORD_UNAVAILABLE, refusal.kind());
        assertEquals(List.of(), house.engine.submissions());
    }

    @Test
    void aRowWhoseCommitWasNotHeardOfIsSettledAsRefusedWhenTheDatabaseIsBack() {
        house.ledger.loseCommits();
        refused(Kind.RECORD_UNAVAILABLE, House.question("r", 10, 5));
        house.database.comeBack();

        house.awaitNoOpenRow();

        assertEquals(UsageStatus.REFUSED, house.onlyRow().status());
        assertEquals(0, house.allowance("ada").reservedTokens());
        assertEquals(List.of(), house.engine.submissions());
    }

    @Test
    void aDatabaseThatIsAwayAtTheEndGetsTheRowWhenItComesBack() throws Exception {
        house.ask("ada", House.question("r", 10, 5), heard);
        house.database.goAway();
        submission().write("Hello").end(FinishReason.STOP, null);
        assertTrue(heard.endIfTold().isEmpty(), "not settled yet");
        house.database.comeBack();
        heard.awaitEnd();
        assertEquals(UsageStatus.STOP, house.onlyRow().status());
        assertEquals(11, house.allowance("ada").usedTokens());
    }

    @Test
    void aSpentAllowanceIsRefusedWithTheTimeOfItsReset() {
        for (int i = 0; i < 10; i++) {
            house.ask("ada", House.question("r" + i, 50, 50), new Heard());
        }
        ChatException refusal = refused(Kind.ALLOWANCE_SPENT, House.question("one more", 1, 1));
        assertTrue(refusal.retryAfter().orElseThrow().isPositive());
        assertTrue(refusal.retryAfter().orElseThrow().toDays() < 31);
        assertEquals(10, house.engine.submissions().size());
        assertEquals(10, house.rows().size());
        house.ask("bob", House.question("bob's", 50, 50), new Heard());
    }

    @Test
    void anAnswerOfNoGivenLengthIsCutToWhatIsLeft() {
        for (int i = 0; i < 9; i++) {
            house.ask("ada", House.question("r" + i, 50, 50), new Heard());
        }
        house.ask("ada", House.question("ten left", 90, null), heard);
        assertEquals(10, house.engine.submissions().getLast().request().maxTokens());
        refused(Kind.ALLOWANCE_SPENT, House.question("nothing left", 1, null));
    }

    @Test
    void fiftyQuestionsAtOnceNeverOverspend() throws Exception {
        List<Future<Boolean>> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 50; i++) {
                ChatRequest question = House.question("r" + i, 50, 50);
                answers.add(threads.submit(() -> {
                    try {
                        house.ask("ada", question, new Heard());
                        return true;
                    } catch (ChatException e) {
                        assertEquals(Kind.ALLOWANCE_SPENT, e.kind());
                        return false;
                    }
                }));
            }
        }
        int granted = 0;
        for (Future<Boolean> answer : answers) {
            granted += answer.get() ? 1 : 0;
        }
        assertEquals(10, granted);
        assertEquals(House.MONTHLY_TOKENS, house.allowance("ada").reservedTokens());
        assertEquals(10, house.rows().size());
        for (Submission submission : house.engine.submissions()) {
            submission.end(FinishReason.STOP, null);
        }
        assertEquals(500, house.allowance("ada").usedTokens());
        assertEquals(0, house.allowance("ada").reservedTokens());
    }

    @Test
    void aPromptLongerThanTheContextIsRefusedBeforeTheRecord() {
        refused(Kind.PROMPT_TOO_LONG, House.question("r", 100, 5));
        assertEquals(List.of(), house.rows());
    }

    @Test
    void theContextsEndBoundsTheAnswer() {
        house.ask("ada", House.question("r", 90, 5_000), heard);
        assertEquals(10, submission().request().maxTokens());
    }

    @Test
    void aModelNobodyServesIsUnknownAndOneThatLoadsIsUnavailable() {
        ChatRequest unknown = new ChatRequest(
                "r", Door.API, "client", "x", List.of(new Turn(Turn.Role.USER, "hello")), SamplingOptions.DEFAULT);
        refused(Kind.UNKNOWN_MODEL, unknown);
        house.engine.in(EngineStatus.State.LOADING);
        assertTrue(refused(Kind.MODEL_UNAVAILABLE, unknown).retryAfter().isPresent());
        assertEquals(List.of(), house.desk.models());
        assertEquals(List.of(), house.rows());
    }

    @Test
    void aRequestIsAnsweredOnce() {
        house.ask("ada", House.question("r", 10, 5), heard);
        assertEquals(
                "requestId",
                refused(Kind.INVALID_REQUEST, House.question("r", 10, 5))
                        .parameter()
                        .orElseThrow());
        assertEquals(1, house.engine.submissions().size());
    }

    @Test
    void theRecordHoldsNoTextOfQuestionOrAnswer() throws Exception {
        ChatRequest question = new ChatRequest(
                "r",
                Door.PORTAL,
                "client",
                null,
                List.of(new Turn(Turn.Role.USER, "Xylophone")),
                SamplingOptions.DEFAULT);
        house.ask("ada", question, heard);
        submission().write("Zeppelin").end(FinishReason.STOP, null);
        String record = house.everythingIn("usage_audit") + house.everythingIn("allowance_account");
        assertTrue(record.contains("ada"), record);
        assertFalse(record.contains("Xylophone"), record);
        assertFalse(record.contains("Zeppelin"), record);
    }

    @Test
    void whatAKilledServerLeftOpenIsInterruptedAndCostsNothing() {
        house.ask("ada", House.question("r", 10, 5), heard);
        assertEquals(0, house.ledger.settleAbandoned(), "this server still runs");
        house.database.run(em -> em.createQuery("delete ServerInstance").executeUpdate());
        assertEquals(1, house.ledger.settleAbandoned());
        assertEquals(0, house.ledger.settleAbandoned());
        assertEquals(UsageStatus.INTERRUPTED, house.onlyRow().status());
        assertEquals(0, house.allowance("ada").reservedTokens());
        assertEquals(0, house.allowance("ada").usedTokens());
        submission().end(FinishReason.STOP, null);
        assertEquals(UsageStatus.INTERRUPTED, house.onlyRow().status(), "settled once");
        assertEquals(0, house.allowance("ada").usedTokens());
    }

    @Test
    void anApplicationThatStopsCancelsAndSettles() {
        house.ask("ada", House.question("r", 10, 5), heard);
        Thread.ofVirtual().start(() -> {
            while (!submission().isCancelled()) {
                Thread.onSpinWait();
            }
            submission().end(FinishReason.CANCELLED, null);
        });
        house.running.stopAll();
        assertEquals(UsageStatus.CANCELLED, house.onlyRow().status());
    }

    private Submission submission() {
        return house.engine.submissions().getFirst();
    }

    private ChatException refused(Kind kind, ChatRequest request) {
        ChatException refusal = assertThrows(ChatException.class, () -> house.ask("ada", request, heard));
        assertEquals(kind, refusal.kind());
        return refusal;
    }

    private long refusals(Refusal why) {
        return house.engines.refusals(why);
    }
}
