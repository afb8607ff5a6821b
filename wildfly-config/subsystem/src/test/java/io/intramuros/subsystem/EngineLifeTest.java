package io.intramuros.subsystem;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotSame;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertTrue;

import io.intramuros.engine.EngineRegistry;
import io.intramuros.engine.InferenceEngine;
import io.intramuros.engine.Refusal;
import org.jboss.as.controller.operations.common.Util;
import org.jboss.dmr.ModelNode;
import org.junit.Test;

/** Engines come, change and go while the server runs, whether or not their models can be loaded. */
public class EngineLifeTest extends RunningSubsystem {
    @Test
    public void aMissingModelLeavesTheServerUpAndTheEngineFailedWithAReason() throws Exception {
        start("<engine name=\"main\" model=\"/no/such/model\"/>");
        await("main", "failed");
        assertTrue(read("main", "state-detail").asString().startsWith("/no/such/model"));
        assertFalse(read("main", "model-digest").isDefined());
        assertEquals(0, read("main", "queued").asInt());
    }

    @Test
    public void anEngineAddedWithAMissingModelIsThereAndFailed() throws Exception {
        start("");
        succeed(add("late", "/no/such/model"));
        await("late", "failed");
        assertTrue(registry().find("late").isPresent());
    }

    @Test
    public void aRelativePathBeginsInTheServersDataDirectory() throws Exception {
        start("<engine name=\"main\" model=\"models/mine\"/>");
        await("main", "failed");
        String path = dataDirectory().resolve("models/mine").toString();
        assertTrue(read("main", "state-detail").asString().startsWith(path));
    }

    @Test
    public void aChangedAttributeRestartsThatEngineAlone() throws Exception {
        start("<engine name=\"a\" model=\"/no/a\"/><engine name=\"b\" model=\"/no/b\"/>");
        EngineRegistry registry = registry();
        InferenceEngine a = registry.find("a").orElseThrow();
        InferenceEngine b = registry.find("b").orElseThrow();
        write("a", "max-batch-size", new ModelNode(3));
        assertNotSame(a, registry.find("a").orElseThrow());
        assertSame(b, registry.find("b").orElseThrow());
        assertSame(registry, registry());
    }

    @Test
    public void anAttributeWrittenWithTheValueThatItHasRestartsTheEngineToo() throws Exception {
        start("<engine name=\"a\" model=\"/no/a\" devices=\"0\"/>");
        InferenceEngine before = registry().find("a").orElseThrow();
        write("a", "devices", new ModelNode("0"));
        assertNotSame(before, registry().find("a").orElseThrow());
    }

    @Test
    public void manyAttributesChangedTogetherRestartTheEngineOnce() throws Exception {
        start("<engine name=\"a\" model=\"/no/a\"/>");
        ModelNode together = Util.createEmptyOperation("composite", null);
        together.get("steps").add(Util.getWriteAttributeOperation(engine("a"), "max-queue", new ModelNode(5)));
        together.get("steps").add(Util.getWriteAttributeOperation(engine("a"), "model", new ModelNode("/no/other")));
        succeed(together);
        await("a", "failed");
        assertTrue(read("a", "state-detail").asString().startsWith("/no/other"));
    }

    @Test
    public void aRemovedEngineIsGoneFromTheRegistryAndItsNameIsFree() throws Exception {
        start("<engine name=\"a\" model=\"/no/a\"/>");
        succeed(Util.createRemoveOperation(engine("a")));
        assertTrue(registry().engines().isEmpty());
        succeed(add("a", "/no/other"));
        await("a", "failed");
    }

    @Test
    public void whatWasAddedAndChangedIsThereAfterARestart() throws Exception {
        start("");
        succeed(add("a", "/no/a"));
        write("a", "max-queue", new ModelNode(7));
        write("a", "model-id", new ModelNode("my-model"));
        restart();
        await("a", "failed");
        assertEquals(7, read("a", "max-queue").asInt());
        assertEquals("my-model", read("a", "model-id").asString());
    }

    @Test
    public void anUnknownBackendAndNumbersOutOfRangeAreRefused() throws Exception {
        start("<engine name=\"a\" model=\"/no/a\"/>");
        assertTrue(fail(Util.getWriteAttributeOperation(engine("a"), "backend", new ModelNode("abacus")))
                .contains("vector"));
        assertTrue(fail(Util.getWriteAttributeOperation(engine("a"), "max-batch-size", new ModelNode(0)))
                .contains("max-batch-size"));
        assertTrue(fail(Util.getWriteAttributeOperation(engine("a"), "cache-memory", new ModelNode(-1)))
                .contains("cache-memory"));
        for (String devices : new String[] {"all", "-1", "0,", "0 1", "1,1"}) {
            String refused = fail(Util.getWriteAttributeOperation(engine("a"), "devices", new ModelNode(devices)));
            assertTrue(refused, refused.contains("devices is '" + devices + "'"));
        }
        assertTrue(fail(Util.getWriteAttributeOperation(engine("a"), "slow-above-temperature", new ModelNode(201)))
                .contains("slow-above-temperature"));
    }

    @Test
    public void anEngineDrainsAtNoLowerTemperatureThanItSlowsDownAt() throws Exception {
        start("<engine name=\"a\" model=\"/no/a\" slow-above-temperature=\"80\"/>");
        InferenceEngine before = registry().find("a").orElseThrow();
        String refusal =
                fail(Util.getWriteAttributeOperation(engine("a"), "drain-above-temperature", new ModelNode(79)));
        assertTrue(refusal, refusal.contains("slow-above-temperature is 80"));
        assertTrue(refusal, refusal.contains("drain-above-temperature, 79"));
        assertSame(before, registry().find("a").orElseThrow());
        write("a", "drain-above-temperature", new ModelNode(80));
        assertNotSame(before, registry().find("a").orElseThrow());
    }

    @Test
    public void questionsRefusedBeforeTheyReachedAnEngineAreCounted() throws Exception {
        start("");
        registry().refused(Refusal.QUEUE_FULL);
        registry().refused(Refusal.QUEUE_FULL);
        assertEquals(2, refusals("refused-queue-full"));
        assertEquals(0, refusals("refused-allowance-spent"));
    }

    private long refusals(String metric) {
        return succeed(Util.getReadAttributeOperation(SUBSYSTEM, metric)).asLong();
    }

    @Test
    public void aRefusedChangeLeavesTheEngineAsItWas() throws Exception {
        start("<engine name=\"a\" model=\"/no/a\"/>");
        InferenceEngine before = registry().find("a").orElseThrow();
        fail(Util.getWriteAttributeOperation(engine("a"), "max-batch-size", new ModelNode(0)));
        assertSame(before, registry().find("a").orElseThrow());
    }
}
