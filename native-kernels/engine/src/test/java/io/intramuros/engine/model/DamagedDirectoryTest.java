package io.intramuros.engine.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.intramuros.engine.ChatMessage;
import io.intramuros.engine.testing.GoldenModels;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A damaged or unsupported Hugging Face directory is an error that names the file, the part and the reason. */
class DamagedDirectoryTest {
    private static final Path FILE = Path.of("/models/model.safetensors");

    @TempDir
    private Path directory;

    static Stream<Arguments> headers() {
        String t = "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";
        return Stream.of(
                arguments("ends before its header", new byte[3]),
                arguments("would have 18446744073709551615 bytes", length(-1)),
                arguments("would have 99999999 bytes", length(99_999_999)),
                arguments("ends inside its header of 100 bytes", length(100)),
                arguments("its header is not valid", file("[]", 0)),
                arguments("its header is not valid", file("{\"t\":1}", 0)),
                arguments("its header is not valid", file("{'t':{}}", 0)),
                arguments("its header is not valid", file("{} x", 0)),
                arguments("its header is not valid", file("[".repeat(100_000), 0)),
                arguments("not UTF-8", raw(new byte[] {'{', '"', (byte) 0xFF, '"', '}'}, 0)),
                arguments("t: lacks its dtype", file("{\"t\":{}}", 0)),
                arguments("t: is stored as I8", file("{\"t\":" + t.replace("F32", "I8") + "}", 8)),
                arguments("t: has a negative number", file("{\"t\":" + t.replace("[2]", "[-2]") + "}", 8)),
                arguments("t: its dimensions overflow", file("{\"t\":" + t.replace("[2]", "[9e15,9e15]") + "}", 8)),
                arguments(
                        "t: its offsets 0 to 8 do not hold the 12 bytes",
                        file("{\"t\":" + t.replace("[2]", "[3]") + "}", 8)),
                arguments("t: its offsets 8 to 0", file("{\"t\":" + t.replace("[0,8]", "[8,0]") + "}", 8)),
                arguments("t: ends at byte 8 of 4", file("{\"t\":" + t + "}", 4)),
                arguments("4 bytes at its end belong to no tensor", file("{\"t\":" + t + "}", 12)),
                arguments("t: leaves a gap of 4 bytes", file("{\"t\":" + t.replace("[0,8]", "[4,12]") + "}", 12)),
                arguments(
                        "overlaps the tensor",
                        file("{\"t\":" + t + ",\"u\":" + t.replace("[0,8]", "[4,12]") + "}", 12)),
                arguments("t: the tensor appears twice", file("{\"t\":" + t + ",\"t\":" + t + "}", 8)));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void saysWhatIsWrongWithTheWeights(String reason, byte[] content) {
        var error = assertThrows(
                ModelFormatException.class, () -> SafetensorsFile.read(FILE, MemorySegment.ofArray(content)));
        assertTrue(error.getMessage().startsWith(FILE.toString()), error.getMessage());
        assertTrue(error.getMessage().contains(reason), error.getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "LlamaForCausalLM"       | "GemmaForCausalLM"            | architectures: is GemmaForCausalLM
            "vocab_size": 352        | "vocab_size": 400             | model.embed_tokens.weight: has the shape [352, 32]
            "vocab_size": 352        | "vocab_size": -1              | vocab_size: is -1
            "vocab_size": 352        | "vocab_size": 3.5             | vocab_size: is 3.5
            "vocab_size": 352        | "vocab_size": "many"          | vocab_size: must be a number
            "vocab_size": 352        | "vocab": 352                  | vocab_size: is missing
            "num_hidden_layers": 2   | "num_hidden_layers": 3        | model.layers.2.input_layernorm.weight: the tensor is missing
            "num_hidden_layers": 2   | "num_hidden_layers": 1        | a llama decoder of this configuration has no such tensor
            "num_hidden_layers": 2   | "num_hidden_layers": 99999999 | num_hidden_layers: is 99999999
            "num_key_value_heads": 4 | "num_key_value_heads": 3      | 4 query heads cannot share 3
            "head_dim": 8            | "head_dim": 7                 | head size: is 7
            "rms_norm_eps": 1e-05    | "rms_norm_eps": 0             | norm epsilon: is 0.0
            "hidden_act": "silu"     | "hidden_act": "gelu"          | hidden_act: is "gelu"
            "mlp_bias": false        | "mlp_bias": true              | mlp_bias: is true
            "attention_bias": false  | "attention_bias": true        | attention_bias: is true
            "rope_type": "default"   | "rope_type": "yarn"           | rope_parameters.rope_type: is yarn
            "rope_type": "default"   | "rope_type": "llama3"         | rope_parameters.factor: is missing
            "tie_word_embeddings": true | "tie_word_embeddings": false | lm_head.weight: the tensor is missing
            "eos_token_id": 2        | "eos_token_id": [2, 999]      | eos_token_id: is 999
            "hidden_size": 32        | "quantization_config": {}, "hidden_size": 32 | quantization_config: is {}
            "hidden_size": 32        | "hidden_size": 32, "hidden_size": 32 | the key hidden_size appears twice
            """)
    void saysWhatIsWrongWithTheConfiguration(String found, String replaced, String reason) throws IOException {
        copy("llama-f32-tied");
        change("config.json", text -> {
            assertTrue(text.contains(found), text);
            return text.replace(found, replaced);
        });
        refused(reason);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            config.json          | not JSON             | config.json: is not valid JSON
            config.json          | []                   | config.json: is not a JSON object
            config.json          | {}                   | config.json: architectures
            tokenizer.json       | {}                   | tokenizer.json: model
            tokenizer.json       | {"model":{"type":"BPE","vocab":{"a":-1},"merges":[]}} | model.vocab: a token's id is -1
            tokenizer.json       | {"model":{"type":"BPE","vocab":{"a":1e99},"merges":[]}} | model.vocab: a token's id is
            tokenizer_config.json | {"eos_token": 5}    | eos_token: must be a string
            chat_template.jinja  | {% nonsense %}       | chat_template.jinja: the chat template cannot be read: line 1
            model.safetensors    | short                | model.safetensors: ends before its header
            """)
    void saysWhichFileIsWrong(String file, String content, String reason) throws IOException {
        copy("llama-f32-tied");
        Files.writeString(directory.resolve(file), content);
        refused(reason);
    }

    @ParameterizedTest
    @CsvSource({"config.json", "tokenizer.json", "model.safetensors"})
    void saysWhichFileIsMissing(String file) throws IOException {
        copy("llama-f32-tied");
        Files.delete(directory.resolve(file));
        refused(file);
    }

    @Test
    void saysWhatIsWrongWithTheShards() throws IOException {
        String index = "model.safetensors.index.json";
        String second = "model-00002-of-00002.safetensors";
        copy("llama-f16-sharded");
        change(index, text -> text.replace(second, "../" + second));
        refused("must name a file beside the index");
        copy("llama-f16-sharded");
        Files.delete(directory.resolve(second));
        refused(second + ": the file is missing");
        copy("llama-f16-sharded");
        change(index, text -> text.replace("model.norm.weight", "model.gone.weight"));
        refused("model.norm.weight: the tensor is not in this file");
        copy("llama-f16-sharded");
        change(index, text -> text.replace("\"weight_map\": {", "\"weight_map\": {\"extra\": \"" + second + "\","));
        refused("extra: the tensor is missing");
    }

    @Test
    void refusesWhatIsNoModelAtAll() throws IOException {
        String reason = assertThrows(ModelFormatException.class, () -> ModelLoader.open(directory.resolve("nothing")))
                .getMessage();
        assertTrue(reason.contains("no such file or directory; give the path"), reason);
        assertThrows(ModelFormatException.class, () -> ModelLoader.open(directory));
    }

    @Test
    void takesTheTemplateCalledDefaultOfSeveral() throws IOException {
        copy("llama-f32-tied");
        Files.delete(directory.resolve("chat_template.jinja"));
        change(
                "tokenizer_config.json",
                text -> text.replaceFirst(
                        "\\{",
                        "{\"chat_template\": [{\"name\": \"tools\", \"template\": \"no\"},"
                                + " {\"name\": \"default\", \"template\": \"{{ messages[0].content }}!\"}],"));
        try (Model model = ModelLoader.open(directory)) {
            assertEquals(
                    "hi!", model.chatTemplate().orElseThrow().render(List.of(new ChatMessage("user", "hi")), true));
        }
    }

    private void refused(String reason) {
        var error = assertThrows(ModelFormatException.class, () -> ModelLoader.open(directory));
        assertTrue(error.getMessage().contains(reason), error.getMessage());
        assertTrue(error.getMessage().startsWith(directory.toString()), error.getMessage());
    }

    private void copy(String model) throws IOException {
        try (Stream<Path> files = Files.list(GoldenModels.path(model))) {
            for (Path file : files.toList()) {
                Files.write(directory.resolve(file.getFileName()), Files.readAllBytes(file));
            }
        }
    }

    private void change(String file, UnaryOperator<String> change) throws IOException {
        Path path = directory.resolve(file);
        Files.writeString(path, change.apply(Files.readString(path)));
    }

    private static byte[] length(long headerBytes) {
        return Arrays.copyOf(
                ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(headerBytes)
                        .array(),
                16);
    }

    private static byte[] file(String header, int dataBytes) {
        return raw(header.getBytes(StandardCharsets.UTF_8), dataBytes);
    }

    private static byte[] raw(byte[] header, int dataBytes) {
        return ByteBuffer.allocate(8 + header.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .array();
    }
}
