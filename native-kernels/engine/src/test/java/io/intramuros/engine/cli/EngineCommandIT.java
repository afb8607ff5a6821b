package io.intramuros.engine.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.intramuros.engine.testing.TinyModel;
import io.intramuros.kernels.TensorType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command line as an operator runs it: the script, from another directory, with the jars of this build. */
@Timeout(120)
class EngineCommandIT {
    private static final Path SCRIPT = Path.of("bin", "intramuros-engine").toAbsolutePath();

    @TempDir
    static Path directory;

    private static String model;

    @BeforeAll
    static void writeModel() {
        model = TinyModel.write(directory.resolve("tiny.gguf"), TensorType.BF16)
                .getFileName()
                .toString();
    }

    @Test
    void generatesTheSameTokensForTheSameSeedAsJson() throws Exception {
        String[] command = {
            "generate",
            "--model",
            model,
            "--prompt",
            "Hello",
            "--max-tokens",
            "8",
            "--temperature",
            "1.5",
            "--seed",
            "7",
            "--ignore-eos",
            "--json"
        };
        JsonObject first = json(run(command));

        assertEquals(Set.of("text", "ids", "finishReason", "promptTokens", "completionTokens"), first.keySet());
        assertEquals(8, first.getAsJsonArray("ids").size());
        assertEquals("length", first.get("finishReason").getAsString());
        assertEquals(5, first.get("promptTokens").getAsInt());
        assertEquals(8, first.get("completionTokens").getAsInt());
        assertEquals(first, json(run(command)));
    }

    @Test
    void printsTheAnswerAloneWithoutJson() throws Exception {
        Outcome outcome =
                run("generate", "--model", model, "--tokens", "40,41, 42", "--max-tokens", "6", "--ignore-eos");

        assertEquals(0, outcome.exitCode, outcome.error);
        assertEquals(1, outcome.output.lines().count());
        assertTrue(outcome.output.length() <= 7, outcome.output);
        assertEquals("", outcome.error);
    }

    @Test
    void scoresWhatItGeneratesAsMostProbable() throws Exception {
        JsonObject generated = json(
                run("generate", "--model", model, "--tokens", "5,6,7", "--max-tokens", "1", "--ignore-eos", "--json"));
        int next = generated.getAsJsonArray("ids").get(0).getAsInt();

        JsonArray scored = json(run("score", "--model", model, "--tokens", "5,6,7," + next, "--json"))
                .getAsJsonArray("tokens");

        assertEquals(4, scored.size());
        assertEquals(Set.of("id", "text"), scored.get(0).getAsJsonObject().keySet());
        JsonObject last = scored.get(3).getAsJsonObject();
        assertEquals(Set.of("id", "text", "logprob", "top"), last.keySet());
        assertEquals(next, last.get("id").getAsInt());
        List<Double> top = new ArrayList<>();
        for (JsonElement alternative : last.getAsJsonArray("top")) {
            top.add(alternative.getAsJsonObject().get("logprob").getAsDouble());
        }
        assertEquals(5, top.size());
        assertEquals(top.stream().sorted((a, b) -> Double.compare(b, a)).toList(), top);
        assertEquals(top.getFirst(), last.get("logprob").getAsDouble());
        assertEquals(
                next,
                last.getAsJsonArray("top").get(0).getAsJsonObject().get("id").getAsInt());
        assertTrue(top.stream().mapToDouble(Math::exp).sum() <= 1);
    }

    @Test
    void measuresEachBatchSize() throws Exception {
        JsonArray results = json(run(
                        "bench",
                        "--model",
                        model,
                        "--prompt-tokens",
                        "20",
                        "--tokens",
                        "10",
                        "--batch",
                        "1,3",
                        "--json"))
                .getAsJsonArray("results");

        assertEquals(2, results.size());
        for (JsonElement result : results) {
            for (String speed : List.of("promptTokensPerSecond", "decodeTokensPerSecond", "weightBytesPerSecond")) {
                assertTrue(result.getAsJsonObject().get(speed).getAsDouble() > 0, speed);
            }
        }
        assertEquals(3, results.get(1).getAsJsonObject().get("batch").getAsInt());
    }

    @Test
    void theGpusStandInGeneratesAndScoresAsTheProcessorDoes() throws Exception {
        String[] generate = {
            "generate", "--model", model, "--tokens", "40,41,42", "--max-tokens", "12", "--ignore-eos", "--json"
        };
        JsonObject expected = json(run(generate));

        assertEquals(expected, json(run(with(generate, "--backend", "cuda", "--emulate"))));
        assertEquals(expected, json(run(with(generate, "--emulate", "--emulated-devices", "3", "--devices", "2,0"))));
        JsonObject scored = json(run("score", "--model", model, "--tokens", "5,6,7", "--json", "--emulate"));
        assertEquals(3, scored.getAsJsonArray("tokens").size());
    }

    @Test
    void gpusAreForTheBackendOnGpus() throws Exception {
        for (String[] wrong :
                new String[][] {{"--devices", "0"}, {"--emulated-devices", "2"}, {"--backend", "vector", "--emulate"}
                }) {
            Outcome outcome = run(with(new String[] {"generate", "--model", model, "--prompt", "x"}, wrong));

            assertEquals(2, outcome.exitCode, outcome.error);
            assertTrue(outcome.error.contains(" goes with "), outcome.error);
        }
    }

    @Test
    void aModelThatCannotBeOpenedIsOneLineThatNamesIt() throws Exception {
        byte[] whole = Files.readAllBytes(directory.resolve(model));
        Files.write(directory.resolve("half.gguf"), Arrays.copyOf(whole, whole.length / 2));
        for (String bad : List.of("missing.gguf", "half.gguf")) {
            Outcome outcome = run("generate", "--model", bad, "--prompt", "x");

            assertEquals(1, outcome.exitCode);
            assertEquals(1, outcome.error.lines().count(), outcome.error);
            assertTrue(outcome.error.contains(bad), outcome.error);
            assertEquals("", outcome.output);
        }
    }

    @Test
    void wrongUsageIsToldApartFromFailure() throws Exception {
        Outcome both = run("generate", "--model", model, "--prompt", "x", "--chat", "y");
        assertEquals(2, both.exitCode);
        Outcome hot = run("generate", "--model", model, "--prompt", "x", "--temperature", "9");
        assertEquals(2, hot.exitCode);
        assertTrue(hot.error.contains("temperature is 9.0"), hot.error);
        Outcome help = run("--help");
        assertEquals(0, help.exitCode);
        assertTrue(help.output.contains("generate"), help.output);
    }

    @Test
    void withoutABuildItSaysWhatToBuild() throws Exception {
        Path copy = Files.createDirectories(directory.resolve("elsewhere/bin")).resolve("intramuros-engine");
        Files.copy(SCRIPT, copy);
        Outcome outcome = execute(List.of("bash", copy.toString(), "--help"));

        assertEquals(1, outcome.exitCode);
        assertTrue(outcome.error.contains("not built"), outcome.error);
        assertEquals(1, outcome.error.lines().count(), outcome.error);
    }

    private record Outcome(int exitCode, String output, String error) {}

    private static JsonObject json(Outcome outcome) {
        assertEquals(0, outcome.exitCode, outcome.error);
        assertFalse(outcome.output.isBlank(), outcome.error);
        return JsonParser.parseString(outcome.output).getAsJsonObject();
    }

    private static String[] with(String[] command, String... more) {
        return Stream.concat(Arrays.stream(command), Arrays.stream(more)).toArray(String[]::new);
    }

    private static Outcome run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(SCRIPT.toString()));
        command.addAll(List.of(arguments));
        return execute(command);
    }

    private static Outcome execute(List<String> command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        // Both streams to their ends, at the same time: neither may fill up, and what is filtered may come late.
        FutureTask<String> error = new FutureTask<>(() -> read(process.getErrorStream()));
        Thread.ofVirtual().start(error);
        String output = read(process.getInputStream());
        return new Outcome(process.waitFor(), output, error.get());
    }

    private static String read(InputStream stream) throws IOException {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
}
