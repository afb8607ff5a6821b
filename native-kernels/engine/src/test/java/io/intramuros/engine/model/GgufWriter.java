package io.intramuros.engine.model;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes GGUF files, whole ones and damaged ones. */
final class GgufWriter {
    static final int UINT32 = 4;
    static final int STRING = 8;
    static final int ARRAY = 9;

    private final List<byte[]> keys = new ArrayList<>();
    private final List<byte[]> tensors = new ArrayList<>();
    private long dataBytes;

    /** Bytes put together: numbers by their Java type, strings with their length in front. */
    static byte[] bytes(Object... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Object part : parts) {
            ByteBuffer buffer = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            switch (part) {
                case Integer number -> out.write(buffer.putInt(number).array(), 0, 4);
                case Long number -> out.write(buffer.putLong(number).array(), 0, 8);
                case Byte number -> out.write(number);
                case String text ->
                    out.writeBytes(bytes((long) text.getBytes(StandardCharsets.UTF_8).length, raw(text)));
                case byte[] raw -> out.writeBytes(raw);
                default -> throw new IllegalArgumentException(part.toString());
            }
        }
        return out.toByteArray();
    }

    private static byte[] raw(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A key with its type's number and the value as it is stored. */
    GgufWriter key(String key, int type, Object... value) {
        keys.add(bytes(key, type, bytes(value)));
        return this;
    }

    /** A tensor's entry; dimensions as GGUF has them, the fastest first. */
    GgufWriter tensor(String name, int type, long offset, long... shape) {
        byte[] entry = bytes(name, shape.length);
        for (long dimension : shape) {
            entry = bytes(entry, dimension);
        }
        tensors.add(bytes(entry, type, offset));
        return this;
    }

    /** How many bytes of data follow the header. */
    GgufWriter data(long bytes) {
        dataBytes = bytes;
        return this;
    }

    byte[] write() {
        return write(tensors.size(), keys.size());
    }

    /** With counts of one's own in the header. */
    byte[] write(long tensorCount, long keyCount) {
        byte[] header = bytes("GGUF".getBytes(StandardCharsets.US_ASCII), 3, tensorCount, keyCount);
        for (byte[] key : keys) {
            header = bytes(header, key);
        }
        for (byte[] tensor : tensors) {
            header = bytes(header, tensor);
        }
        int aligned = (header.length + 31) / 32 * 32;
        ByteBuffer file = ByteBuffer.allocate((int) (aligned + dataBytes));
        return file.put(header).array();
    }
}
