package io.intramuros.engine.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Reads the header of a GGUF file front to back. Every length is held against what is left of the file, and against
 * limits far above any real model, before memory is taken for it.
 */
final class GgufReader {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Bytes of all strings of a header together; the largest vocabularies with merges take about 20 MB. */
    private static final long MAX_STRING_BYTES = 64L << 20;

    private final Path file;
    private final MemorySegment content;
    private long position;
    private long stringBytes;

    GgufReader(Path file, MemorySegment content) {
        this.file = file;
        this.content = content;
    }

    Path file() {
        return file;
    }

    long position() {
        return position;
    }

    long remaining() {
        return content.byteSize() - position;
    }

    byte readByte(String part) {
        return content.get(ValueLayout.JAVA_BYTE, advance(1, part));
    }

    short readShort(String part) {
        return content.get(SHORT, advance(2, part));
    }

    int readInt(String part) {
        return content.get(INT, advance(4, part));
    }

    long readLong(String part) {
        return content.get(LONG, advance(8, part));
    }

    /** A count or length: unsigned 64 bits in the file, refused above {@code limit}. */
    long readCount(String part, String what, long limit) {
        long count = readLong(part);
        if (count < 0 || count > limit) {
            throw new ModelFormatException(
                    file, part, what + " is " + Long.toUnsignedString(count) + ", more than the limit of " + limit);
        }
        return count;
    }

    String readString(String part) {
        long length = readCount(part, "a string's length in bytes", MAX_STRING_BYTES);
        stringBytes += length;
        if (stringBytes > MAX_STRING_BYTES) {
            throw new ModelFormatException(
                    file, part, "the header's strings are larger than the limit of " + MAX_STRING_BYTES + " bytes");
        }
        long start = advance(length, part);
        ByteBuffer bytes = content.asSlice(start, length).asByteBuffer();
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new ModelFormatException(file, part, "a string at byte " + start + " is not valid UTF-8", e);
        }
    }

    private long advance(long bytes, String part) {
        if (bytes > remaining()) {
            throw new ModelFormatException(
                    file,
                    part,
                    "the file ends inside its header: " + bytes + " bytes are needed at byte " + position + " of "
                            + content.byteSize());
        }
        long start = position;
        position += bytes;
        return start;
    }
}
