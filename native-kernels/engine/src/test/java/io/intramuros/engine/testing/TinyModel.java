package io.intramuros.engine.testing;

import io.intramuros.kernels.TensorType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Writes a small random model as a GGUF file: a real one in every respect but sense. Its tokens are the printable ASCII
 * characters, so that any answer is readable text of one character per token, and an end token.
 */
public final class TinyModel {
    /** Characters and the end token. */
    public static final int VOCABULARY = 96;

    /** The token that ends an answer. */
    public static final int END = VOCABULARY - 1;

    /** The longest sequence, unless it is written for longer ones. */
    public static final int CONTEXT = 256;

    private static final int LAYERS = 2;
    private static final int HIDDEN = 64;
    private static final int HEADS = 4;
    private static final int KV_HEADS = 2;
    private static final int HEAD_DIM = HIDDEN / HEADS;
    private static final int FEED_FORWARD = 96;

    private static final int ALIGNMENT = 32;
    private static final int GGUF_UINT32 = 4;
    private static final int GGUF_INT32 = 5;
    private static final int GGUF_FLOAT32 = 6;
    private static final int GGUF_STRING = 8;
    private static final int GGUF_ARRAY = 9;
    private static final int GGML_F32 = 0;
    private static final int GGML_BF16 = 30;

    private final TensorType type;
    private final int context;
    private final double calm;
    private final Random random = new Random(20);
    private final Bytes metadata = new Bytes();
    private final Bytes infos = new Bytes();
    private final Bytes data = new Bytes();
    private int metadataCount;
    private int tensorCount;

    private TinyModel(TensorType type, int context, double calm) {
        this.type = type;
        this.context = context;
        this.calm = calm;
    }

    /**
     * Writes a model.
     *
     * @param type of the matrices: F32 or BF16
     */
    public static Path write(Path file, TensorType type) {
        return write(file, type, CONTEXT, 1);
    }

    /**
     * Writes a model for longer sequences, and one that is as insensitive to rounding as trained ones are.
     *
     * @param type of the matrices: F32 or BF16
     * @param context the longest sequence
     * @param calm what the matrices are multiplied with; with 1, attention and tokens are decided by little
     */
    public static Path write(Path file, TensorType type, int context, double calm) {
        try {
            return Files.write(file, new TinyModel(type, context, calm).file());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] file() {
        describe();
        matrix("token_embd.weight", VOCABULARY, HIDDEN, 1);
        for (int layer = 0; layer < LAYERS; layer++) {
            String block = "blk." + layer + ".";
            vector(block + "attn_norm.weight");
            matrix(block + "attn_q.weight", HIDDEN, HIDDEN, 0.5);
            matrix(block + "attn_k.weight", KV_HEADS * HEAD_DIM, HIDDEN, 0.5);
            matrix(block + "attn_v.weight", KV_HEADS * HEAD_DIM, HIDDEN, 0.2);
            matrix(block + "attn_output.weight", HIDDEN, HIDDEN, 0.2);
            vector(block + "ffn_norm.weight");
            matrix(block + "ffn_gate.weight", FEED_FORWARD, HIDDEN, 0.2);
            matrix(block + "ffn_up.weight", FEED_FORWARD, HIDDEN, 0.2);
            matrix(block + "ffn_down.weight", HIDDEN, FEED_FORWARD, 0.2);
        }
        vector("output_norm.weight");
        matrix("output.weight", VOCABULARY, HIDDEN, 0.5);
        Bytes file = new Bytes();
        file.raw("GGUF".getBytes(StandardCharsets.US_ASCII));
        file.int32(3).int64(tensorCount).int64(metadataCount);
        file.raw(metadata.toByteArray()).raw(infos.toByteArray()).align(ALIGNMENT);
        return file.raw(data.toByteArray()).toByteArray();
    }

    private void describe() {
        string("general.architecture", "llama");
        string("general.name", "Tiny 8k Mix1 Ep2");
        uint32("llama.context_length", context);
        uint32("llama.embedding_length", HIDDEN);
        uint32("llama.feed_forward_length", FEED_FORWARD);
        uint32("llama.block_count", LAYERS);
        uint32("llama.attention.head_count", HEADS);
        uint32("llama.attention.head_count_kv", KV_HEADS);
        key("llama.attention.layer_norm_rms_epsilon", GGUF_FLOAT32).float32(1e-5f);
        string("tokenizer.ggml.model", "gpt2");
        string("tokenizer.ggml.pre", "gpt-2");
        strings("tokenizer.ggml.tokens", tokens());
        key("tokenizer.ggml.token_type", GGUF_ARRAY).int32(GGUF_INT32).int64(VOCABULARY);
        IntStream.range(0, VOCABULARY).forEach(id -> metadata.int32(id == END ? 3 : 1));
        strings("tokenizer.ggml.merges", List.of());
        uint32("tokenizer.ggml.eos_token_id", END);
    }

    private static List<String> tokens() {
        List<String> tokens = new ArrayList<>();
        // Byte-level vocabularies write the space as Ġ and other printable characters as they are.
        tokens.add("Ġ");
        for (char c = '!'; c <= '~'; c++) {
            tokens.add(String.valueOf(c));
        }
        tokens.add("<|end|>");
        return tokens;
    }

    private void matrix(String name, int rows, int columns, double scale) {
        info(name, type == TensorType.F32 ? GGML_F32 : GGML_BF16, columns, rows);
        for (int i = 0; i < rows * columns; i++) {
            float value = (float) (random.nextGaussian() * scale * calm);
            if (type == TensorType.F32) {
                data.float32(value);
            } else {
                data.int16(Float.floatToIntBits(value) >>> 16);
            }
        }
    }

    private void vector(String name) {
        info(name, GGML_F32, HIDDEN);
        for (int i = 0; i < HIDDEN; i++) {
            data.float32((float) (1 + 0.1 * random.nextGaussian()));
        }
    }

    private void info(String name, int ggmlType, int... shape) {
        data.align(ALIGNMENT);
        infos.string(name).int32(shape.length);
        for (int dimension : shape) {
            infos.int64(dimension);
        }
        infos.int32(ggmlType).int64(data.size());
        tensorCount++;
    }

    private Bytes key(String key, int ggufType) {
        metadataCount++;
        return metadata.string(key).int32(ggufType);
    }

    private void string(String key, String value) {
        key(key, GGUF_STRING).string(value);
    }

    private void uint32(String key, int value) {
        key(key, GGUF_UINT32).int32(value);
    }

    private void strings(String key, List<String> values) {
        key(key, GGUF_ARRAY).int32(GGUF_STRING).int64(values.size());
        values.forEach(metadata::string);
    }

    /** Little-endian bytes. */
    private static final class Bytes {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Bytes raw(byte[] bytes) {
            out.writeBytes(bytes);
            return this;
        }

        Bytes int16(int value) {
            return raw(buffer(2).putShort((short) value).array());
        }

        Bytes int32(int value) {
            return raw(buffer(4).putInt(value).array());
        }

        Bytes int64(long value) {
            return raw(buffer(8).putLong(value).array());
        }

        Bytes float32(float value) {
            return raw(buffer(4).putFloat(value).array());
        }

        Bytes string(String value) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            return int64(bytes.length).raw(bytes);
        }

        Bytes align(int to) {
            return raw(new byte[Math.floorMod(-out.size(), to)]);
        }

        int size() {
            return out.size();
        }

        byte[] toByteArray() {
            return out.toByteArray();
        }

        private static ByteBuffer buffer(int size) {
            return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        }
    }
}
