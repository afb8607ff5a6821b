package io.intramuros.engine.model;

import static io.intramuros.engine.model.GgufWriter.ARRAY;
import static io.intramuros.engine.model.GgufWriter.STRING;
import static io.intramuros.engine.model.GgufWriter.UINT32;
import static io.intramuros.engine.model.GgufWriter.bytes;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.intramuros.engine.testing.GoldenModels;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A damaged or hostile GGUF file is an error that names the file, the part and the reason, and nothing worse. */
class DamagedGgufTest {
    private static final Path FILE = Path.of("/models/damaged.gguf");
    private static final int F32 = 0;

    private static GgufWriter gguf() {
        return new GgufWriter();
    }

    static Stream<Arguments> headers() {
        byte[] letters = "GGUF".getBytes(StandardCharsets.US_ASCII);
        return Stream.of(
                arguments("does not begin with GGUF", new byte[0]),
                arguments("does not begin with GGUF", "GGML and more".getBytes(StandardCharsets.US_ASCII)),
                arguments("ends inside its header", letters),
                arguments("version 1;", bytes(letters, 1, 0L, 0L)),
                arguments("version 4294967295", bytes(letters, -1, 0L, 0L)),
                arguments("big-endian", bytes(letters, Integer.reverseBytes(3), 0L, 0L)),
                arguments("number of tensors is 18446744073709551615", gguf().write(-1, 0)),
                arguments("number of tensors is 70000", gguf().write(70_000, 0)),
                arguments("number of metadata keys", gguf().write(0, Long.MAX_VALUE)),
                arguments("ends inside its header", gguf().write(0, 5)),
                arguments("ends inside its header", gguf().write(5, 0)),
                arguments("string's length", bytes(letters, 3, 0L, 1L, Long.MAX_VALUE)),
                arguments("ends inside its header", bytes(letters, 3, 0L, 1L, 1000L)),
                arguments(
                        "not valid UTF-8",
                        gguf().key("k", STRING, 2L, new byte[] {(byte) 0xC3, 0x28})
                                .write()),
                arguments(
                        "k: has the unknown value type 77", gguf().key("k", 77).write()),
                arguments(
                        "k: the array's length",
                        gguf().key("k", ARRAY, UINT32, Long.MAX_VALUE).write()),
                arguments(
                        "k: the array's length",
                        gguf().key("k", ARRAY, STRING, 5_000_000L).write()),
                arguments(
                        "k: the file ends inside",
                        gguf().key("k", ARRAY, UINT32, 4_000_000L).write()),
                arguments(
                        "k: arrays of arrays",
                        gguf().key("k", ARRAY, ARRAY, 1L, UINT32, 0L).write()),
                arguments(
                        "k: has the unknown value type 99",
                        gguf().key("k", ARRAY, 99, 1L, 0).write()),
                arguments(
                        "k: a boolean is stored as 7",
                        gguf().key("k", 7, (byte) 7).write()),
                arguments(
                        "k: the metadata key appears twice",
                        gguf().key("k", UINT32, 1).key("k", UINT32, 2).write()),
                arguments(
                        "general.alignment: is 3, not a power of two",
                        gguf().key("general.alignment", UINT32, 3).write()),
                arguments(
                        "general.alignment: is 0",
                        gguf().key("general.alignment", UINT32, 0).write()),
                arguments(
                        "general.alignment: must be a whole number",
                        gguf().key("general.alignment", STRING, "32").write()),
                arguments("t: has 0 dimensions", gguf().tensor("t", F32, 0).write()),
                arguments(
                        "t: has 5 dimensions",
                        gguf().tensor("t", F32, 0, 1, 1, 1, 1, 1).write()),
                arguments(
                        "t: has a dimension of 0",
                        gguf().tensor("t", F32, 0, 4, 0).write()),
                arguments("t: a dimension is", gguf().tensor("t", F32, 0, -4).write()),
                arguments(
                        "t: its dimensions overflow",
                        gguf().tensor("t", F32, 0, 1 << 30, 1 << 30, 1 << 30, 1 << 30)
                                .write()),
                arguments(
                        "t: is stored as GGUF type 20",
                        gguf().tensor("t", 20, 0, 32).write()),
                arguments(
                        "t: a row of 33 values is not",
                        gguf().tensor("t", 8, 0, 33).write()),
                arguments(
                        "t: its offset 5 is not",
                        gguf().tensor("t", F32, 5, 8).data(64).write()),
                arguments(
                        "t: the offset is",
                        gguf().tensor("t", F32, -32, 8).data(64).write()),
                arguments(
                        "t: its 32 bytes at offset 64",
                        gguf().tensor("t", F32, 64, 8).data(64).write()),
                arguments(
                        "t: its 32 bytes at offset 9223372036854775776",
                        gguf().tensor("t", F32, Long.MAX_VALUE - 31, 8).data(64).write()),
                arguments(
                        "b: overlaps the tensor a",
                        gguf().tensor("a", F32, 0, 16)
                                .tensor("b", F32, 32, 8)
                                .data(64)
                                .write()),
                arguments(
                        "t: the tensor appears twice",
                        gguf().tensor("t", F32, 0, 8)
                                .tensor("t", F32, 32, 8)
                                .data(64)
                                .write()));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void saysWhatIsWrongWithTheHeader(String reason, byte[] content) {
        var error = assertThrows(ModelFormatException.class, () -> GgufFile.read(FILE, MemorySegment.ofArray(content)));
        assertTrue(error.getMessage().startsWith(FILE.toString()), error.getMessage());
        assertTrue(error.getMessage().contains(reason), error.getMessage());
    }

    @Test
    void noTruncatedFileOpens(@TempDir Path directory) throws IOException {
        byte[] whole = Files.readAllBytes(GoldenModels.path("llama-q8_0.gguf"));
        Path file = directory.resolve("cut.gguf");
        for (int length = 0; length < whole.length; length += 1777) {
            Files.write(file, Arrays.copyOf(whole, length));
            var error = assertThrows(ModelFormatException.class, () -> ModelLoader.open(file));
            assertTrue(error.getMessage().contains("cut.gguf"), error.getMessage());
        }
    }

    @Test
    void noByteChangedInAHeaderDoesWorseThanBeRefused(@TempDir Path directory) throws IOException {
        byte[] whole = Files.readAllBytes(GoldenModels.path("llama-q8_0.gguf"));
        Path file = directory.resolve("changed.gguf");
        Random random = new Random(7);
        int refused = 0;
        for (int round = 0; round < 400; round++) {
            byte[] changed = whole.clone();
            for (int i = 0; i <= round % 3; i++) {
                // The first kilobyte holds the counts and the model's shape, the rest its vocabulary and tensors.
                int at = random.nextInt(round % 2 == 0 ? 1024 : 24_000);
                changed[at] = (byte) random.nextInt(256);
            }
            Files.write(file, changed);
            try (Model model = ModelLoader.open(file)) {
                model.tokenizer().encode("Hello", true);
            } catch (ModelFormatException e) {
                refused++;
                assertTrue(e.getMessage().contains("changed.gguf"), e.getMessage());
            }
        }
        assertTrue(refused > 100, "only " + refused + " of the changes were noticed");
    }
}
