package io.intramuros.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.intramuros.engine.EngineRegistry;
import io.intramuros.engine.EngineStatus.State;
import io.intramuros.engine.InferenceEngine;
import io.intramuros.pool.NoEngineException.Reason;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EnginePoolTest {
    @Test
    void theLeastBusyOfThoseThatServeTheModelAnswers() {
        ScriptedEngine busy = new ScriptedEngine("a", "m").running(3);
        ScriptedEngine idle = new ScriptedEngine("b", "m").running(1);
        ScriptedEngine other = new ScriptedEngine("c", "another");
        EnginePool pool = pool(busy, idle, other);
        assertSame(idle, pool.pick("m").engine());
        assertSame(other, pool.pick("another").engine());
    }

    @Test
    void thoseThatAreNotReadyAreLeftOut() {
        ScriptedEngine failed = new ScriptedEngine("a", "m").in(State.FAILED);
        ScriptedEngine ready = new ScriptedEngine("b", "m").running(9);
        assertSame(ready, pool(failed, ready).pick("m").engine());
    }

    @Test
    void anEngineThatDrainsIsChosenOnlyIfThereIsNoOther() {
        ScriptedEngine hot = new ScriptedEngine("a", "m").draining(true);
        ScriptedEngine busy = new ScriptedEngine("b", "m").running(9);
        assertSame(busy, pool(hot, busy).pick("m").engine());
        assertSame(hot, pool(hot).pick("m").engine());
    }

    @Test
    void theHousesDefaultIsTheFirstByName() {
        EnginePool pool = pool(new ScriptedEngine("b", "second"), new ScriptedEngine("a", "first"));
        assertEquals("first", pool.pick(null).card().id());
        assertEquals(
                List.of("first", "second"),
                pool.ready().stream().map(ready -> ready.card().id()).toList());
    }

    @Test
    void aModelNobodyServesIsUnknown() {
        assertEquals(
                Reason.UNKNOWN_MODEL, refusal("x", new ScriptedEngine("a", "m")).reason());
        assertEquals(
                Reason.UNKNOWN_MODEL,
                refusal("x", new ScriptedEngine("a", "m").in(State.FAILED)).reason());
    }

    @Test
    void aModelThatLoadsIsUnavailableForNow() {
        NoEngineException byName = refusal("a", new ScriptedEngine("a", "m").in(State.LOADING));
        assertEquals(Reason.NOT_READY, byName.reason());
        assertEquals(true, byName.retryAfter().isPresent());
        assertEquals(
                Reason.NOT_READY,
                refusal("m", new ScriptedEngine("a", "m").in(State.LOADING)).reason(),
                "it may be the one that loads");
    }

    @Test
    void aModelThatFailedIsUnavailableAndItsReasonIsForAdministratorsAlone() {
        NoEngineException refusal = refusal("a", new ScriptedEngine("a", "m").in(State.FAILED));
        assertEquals(Reason.NOT_READY, refusal.reason());
        assertFalse(refusal.getMessage().contains("/secret/path"), refusal.getMessage());
        assertEquals(
                Reason.NOT_READY,
                refusal(null, new ScriptedEngine("a", "m").in(State.FAILED)).reason());
    }

    @Test
    void aModelWhoseEnginesHaveAllFailedIsUnavailableNotUnknown() {
        assertEquals(
                Reason.NOT_READY,
                refusal("m", new ScriptedEngine("a", "m").in(State.FAILED), new ScriptedEngine("b", "other"))
                        .reason());
    }

    @Test
    void aServerWithoutEnginesSaysSo() {
        assertEquals(Reason.NOT_READY, refusal("m").reason());
        EnginePool withoutSubsystem = new EnginePool(Optional::empty);
        assertEquals(
                Reason.NOT_READY,
                assertThrows(NoEngineException.class, () -> withoutSubsystem.pick(null))
                        .reason());
        assertEquals(List.of(), withoutSubsystem.ready());
    }

    private static NoEngineException refusal(String model, InferenceEngine... engines) {
        return assertThrows(NoEngineException.class, () -> pool(engines).pick(model));
    }

    private static EnginePool pool(InferenceEngine... engines) {
        EngineRegistry registry = () -> List.of(engines);
        return new EnginePool(() -> Optional.of(registry));
    }
}
