package io.intramuros.engine.model;

import static io.intramuros.engine.model.GgufWriter.ARRAY;
import static io.intramuros.engine.model.GgufWriter.STRING;
import static io.intramuros.engine.model.GgufWriter.UINT32;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.intramuros.engine.testing.GoldenModels;
import io.intramuros.engine.tokenizer.Tokenizer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class GgufModelTest {
    @Test
    void encodesAsSentencePieceDoes() throws IOException {
        Path file = GoldenModels.path("sentencepiece.gguf");
        JsonObject expected = JsonParser.parseString(Files.readString(GoldenModels.path("sentencepiece.expected.json")))
                .getAsJsonObject();
        GgufFile gguf = GgufFile.read(file, MemorySegment.ofArray(Files.readAllBytes(file)));
        try (Tokenizer tokenizer = GgufTokenizer.open(gguf.metadata())) {
            for (var element : expected.getAsJsonArray("texts")) {
                String text = element.getAsJsonObject().get("text").getAsString();
                int[] ids = StreamSupport.stream(
                                element.getAsJsonObject().getAsJsonArray("ids").spliterator(), false)
                        .mapToInt(id -> id.getAsInt())
                        .toArray();
                assertArrayEquals(ids, tokenizer.encode(text, true), text);
                assertEquals(text, tokenizer.decode(ids));
                assertEquals("</s>" + text, tokenizer.decode(tokenizer.encode(tokenizer.plain("</s>" + text), false)));
            }
        }
    }

    @Test
    void tellsPrecisionAndSize() {
        try (Model model = ModelLoader.open(GoldenModels.path("llama-q8_0.gguf"))) {
            assertEquals("Q8_0", model.precision());
            assertTrue(model.quantised());
            assertEquals(model.tensors().embedding().data().byteSize(), 352L * (64 / 32) * 34);
            assertTrue(model.parameters() > 90_000, "" + model.parameters());
        }
    }

    @Test
    void refusesACuttingOfTextThatItDoesNotKnow() {
        refused("tokenizer.ggml.pre: is martian", vocabulary("gpt2").key("tokenizer.ggml.pre", STRING, "martian"));
    }

    @Test
    void refusesATokenizerThatItDoesNotKnow() {
        refused("tokenizer.ggml.model: is bert", vocabulary("bert"));
    }

    @Test
    void refusesATokenThatAppearsTwice() {
        refused(
                "tokenizer.ggml.tokens: the token 1, a, appears twice",
                new GgufWriter()
                        .key("tokenizer.ggml.model", STRING, "gpt2")
                        .key("tokenizer.ggml.tokens", ARRAY, STRING, 2L, "a", "a"));
    }

    @Test
    void refusesAnEndTokenThatIsNone() {
        refused("eos_token_id: is 9", vocabulary("gpt2").key("tokenizer.ggml.eos_token_id", UINT32, 9));
    }

    private static GgufWriter vocabulary(String model) {
        return new GgufWriter()
                .key("tokenizer.ggml.model", STRING, model)
                .key("tokenizer.ggml.tokens", ARRAY, STRING, 2L, "a", "b");
    }

    private static void refused(String reason, GgufWriter file) {
        GgufMetadata metadata = GgufFile.read(Path.of("m.gguf"), MemorySegment.ofArray(file.write()))
                .metadata();
        var error = assertThrows(ModelFormatException.class, () -> GgufTokenizer.open(metadata));
        assertTrue(error.getMessage().contains(reason), error.getMessage());
    }
}
