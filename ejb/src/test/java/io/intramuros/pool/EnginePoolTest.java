package io.intramuros.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.intramuros.chat.ChatException;
import io.intramuros.chat.ChatException.Kind;
import io.intramuros.chat.ModelDescription;
import io.intramuros.engine.EngineRegistry;
import io.intramuros.engine.EngineStatus.State;
import io.intramuros.engine.InferenceEngine;
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
    void theHousesDefaultIsTheFirstByName() {
        EnginePool pool = pool(new ScriptedEngine("b", "second"), new ScriptedEngine("a", "first"));
        assertEquals("first", pool.pick(null).card().id());
        assertEquals(
                List.of("first", "second"),
                pool.models().stream().map(ModelDescription::id).toList());
    }

    @Test
    void aModelServedTwiceIsListedOnce() {
        assertEquals(
                1,
                pool(new ScriptedEngine("a", "m"), new ScriptedEngine("b", "m"))
                        .models()
                        .size());
    }

    @Test
    void aModelNobodyServesIsUnknown() {
        assertEquals(
                Kind.UNKNOWN_MODEL, refusal("x", new ScriptedEngine("a", "m")).kind());
        assertEquals(
                Kind.UNKNOWN_MODEL,
                refusal("x", new ScriptedEngine("a", "m").in(State.FAILED)).kind());
    }

    @Test
    void aModelThatLoadsIsUnavailableForNow() {
        ChatException byName = refusal("a", new ScriptedEngine("a", "m").in(State.LOADING));
        assertEquals(Kind.MODEL_UNAVAILABLE, byName.kind());
        assertEquals(true, byName.retryAfter().isPresent());
        assertEquals(
                Kind.MODEL_UNAVAILABLE,
                refusal("m", new ScriptedEngine("a", "m").in(State.LOADING)).kind(),
                "it may be the one that loads");
    }

    @Test
    void aModelThatFailedIsUnavailableAndItsReasonIsForAdministratorsAlone() {
        ChatException refusal = refusal("a", new ScriptedEngine("a", "m").in(State.FAILED));
        assertEquals(Kind.MODEL_UNAVAILABLE, refusal.kind());
        assertFalse(refusal.getMessage().contains("/secret/path"), refusal.getMessage());
        assertEquals(
                Kind.MODEL_UNAVAILABLE,
                refusal(null, new ScriptedEngine("a", "m").in(State.FAILED)).kind());
    }

    @Test
    void aServerWithoutEnginesSaysSo() {
        assertEquals(Kind.MODEL_UNAVAILABLE, refusal("m").kind());
        EnginePool withoutSubsystem = new EnginePool(Optional::empty);
        assertEquals(
                Kind.MODEL_UNAVAILABLE,
                assertThrows(ChatException.class, () -> withoutSubsystem.pick(null))
                        .kind());
        assertEquals(List.of(), withoutSubsystem.models());
    }

    private static ChatException refusal(String model, InferenceEngine... engines) {
        return assertThrows(ChatException.class, () -> pool(engines).pick(model));
    }

    private static EnginePool pool(InferenceEngine... engines) {
        EngineRegistry registry = () -> List.of(engines);
        return new EnginePool(() -> Optional.of(registry));
    }
}
