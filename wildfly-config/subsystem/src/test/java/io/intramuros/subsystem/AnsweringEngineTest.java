package io.intramuros.subsystem;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.intramuros.engine.EngineUnavailableException;
import io.intramuros.engine.FinishReason;
import io.intramuros.engine.GenerationListener;
import io.intramuros.engine.GenerationRequest;
import io.intramuros.engine.GenerationResult;
import io.intramuros.engine.InferenceEngine;
import io.intramuros.engine.Prompt;
import io.intramuros.engine.Sampling;
import io.intramuros.engine.testing.TinyModel;
import io.intramuros.kernels.TensorType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jboss.as.controller.operations.common.Util;
import org.jboss.dmr.ModelNode;
import org.junit.Before;
import org.junit.Test;

/** Engines with a model that can be loaded: what an administrator sees of them, and what a change does to requests. */
public class AnsweringEngineTest extends RunningSubsystem {
    /** Far more work than is done before an operation takes effect. */
    private static final int MANY = 400;

    private Path model;

    /** A model small enough to be made for each test. */
    @Before
    public void makeModel() {
        model = TinyModel.write(dataDirectory().resolve("tiny.gguf"), TensorType.BF16);
    }

    @Test
    public void aReadyEngineTellsWhichModelRuns() throws Exception {
        start("<engine name=\"main\" model=\"tiny.gguf\" model-id=\"tiny\" demonstration=\"true\"/>");
        await("main", "ready");
        assertEquals("tiny", read("main", "model-name").asString());
        assertEquals("llama", read("main", "model-family").asString());
        assertEquals("BF16", read("main", "precision").asString());
        assertFalse(read("main", "quantised").asBoolean());
        assertEquals(TinyModel.CONTEXT, read("main", "context-tokens").asInt());
        assertTrue(read("main", "parameters").asLong() > 0);
        assertTrue(read("main", "cache-size").asLong() > 0);
        var card = registry().find("main").orElseThrow().model().orElseThrow();
        assertEquals("tiny", card.id());
        assertTrue(card.demonstration());
        assertTrue(card.digest().startsWith("sha256:"));
        assertEquals(card.digest(), read("main", "model-digest").asString());
    }

    @Test
    public void whatAnEngineHasDoneCanBeRead() throws Exception {
        start("<engine name=\"main\" model=\"tiny.gguf\"/>");
        await("main", "ready");
        GenerationResult result = ask(registry().find("main").orElseThrow()).get(1, TimeUnit.MINUTES);
        assertEquals(1, read("main", "requests").asLong());
        assertEquals(result.promptTokens(), read("main", "prompt-tokens").asLong());
        assertEquals(
                result.completionTokens(), read("main", "completion-tokens").asLong());
        assertEquals(0, read("main", "running").asInt());
        assertEquals(0, read("main", "cache-used").asLong());
    }

    @Test
    public void anEngineWithoutGpusWorksAtFullPaceAndTellsNothingOfGpus() throws Exception {
        start("<engine name=\"main\" model=\"tiny.gguf\"/>");
        await("main", "ready");
        assertEquals("full", read("main", "pace").asString());
        assertFalse(read("main", "pace-detail").isDefined());
        assertEquals(List.of(), read("main", "gpus").asList());
        assertEquals(List.of(), read("main", "gpu-throttle-reasons").asList());
        for (GpuMetric metric : GpuMetric.values()) {
            assertFalse(metric.name(), read("main", metric.get().getName()).isDefined());
        }
    }

    @Test
    public void anEngineRemovedWhileAnsweringEndsEveryRequestWithAReason() throws Exception {
        start("<engine name=\"main\" model=\"tiny.gguf\" max-queue=\"" + MANY + "\"/>");
        await("main", "ready");
        InferenceEngine engine = registry().find("main").orElseThrow();
        List<CompletableFuture<GenerationResult>> answers = askMany(engine);
        succeed(Util.createRemoveOperation(engine("main")));
        assertEndedAndSomeCancelled(answers);
        assertThrows(EngineUnavailableException.class, () -> ask(engine));
    }

    @Test
    public void anEngineChangedWhileAnsweringEndsItsRequestsAndAnswersAgain() throws Exception {
        start("<engine name=\"main\" model=\"tiny.gguf\" max-queue=\"" + MANY + "\"/>"
                + "<engine name=\"other\" model=\"tiny.gguf\"/>");
        await("main", "ready");
        await("other", "ready");
        InferenceEngine other = registry().find("other").orElseThrow();
        List<CompletableFuture<GenerationResult>> answers =
                askMany(registry().find("main").orElseThrow());
        write("main", "context-length", new ModelNode(64));
        assertEndedAndSomeCancelled(answers);
        await("main", "ready");
        assertEquals(64, read("main", "context-tokens").asInt());
        ask(registry().find("main").orElseThrow()).get(1, TimeUnit.MINUTES);
        assertSame(other, registry().find("other").orElseThrow());
        assertEquals("ready", read("other", "state").asString());
    }

    @Test
    public void aFailedEngineIsReadyOnceItsModelIsCorrected() throws Exception {
        start("<engine name=\"main\" model=\"no-such.gguf\"/>");
        await("main", "failed");
        write("main", "model", new ModelNode(model.toString()));
        await("main", "ready");
    }

    @Test
    public void aTruncatedModelFailsNamingTheFile() throws Exception {
        byte[] whole = Files.readAllBytes(model);
        Path half = dataDirectory().resolve("half.gguf");
        Files.write(half, java.util.Arrays.copyOf(whole, whole.length / 2));
        start("<engine name=\"main\" model=\"half.gguf\"/>");
        await("main", "failed");
        assertTrue(read("main", "state-detail").asString().contains(half.toString()));
    }

    private static void assertEndedAndSomeCancelled(List<CompletableFuture<GenerationResult>> answers)
            throws Exception {
        List<FinishReason> reasons = new ArrayList<>();
        for (CompletableFuture<GenerationResult> answer : answers) {
            GenerationResult result = answer.get(1, TimeUnit.MINUTES);
            reasons.add(result.reason());
            if (result.reason() == FinishReason.CANCELLED) {
                assertTrue(result.error().orElseThrow().contains("main"));
            }
        }
        assertTrue(reasons.toString(), reasons.contains(FinishReason.CANCELLED));
    }

    private static List<CompletableFuture<GenerationResult>> askMany(InferenceEngine engine) {
        List<CompletableFuture<GenerationResult>> answers = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            answers.add(ask(engine));
        }
        return answers;
    }

    private static CompletableFuture<GenerationResult> ask(InferenceEngine engine) {
        CompletableFuture<GenerationResult> end = new CompletableFuture<>();
        var request = new GenerationRequest(
                engine.encode(new Prompt.Text("Hello")), TinyModel.CONTEXT, Sampling.GREEDY, List.of(), true);
        engine.submit(request, new GenerationListener() {
            @Override
            public void onText(String text, int tokens) {
                // Only the end matters here.
            }

            @Override
            public void onFinished(GenerationResult result) {
                end.complete(result);
            }
        });
        return end;
    }
}
