package io.intramuros.engine.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntFunction;

/** Collects the bytes of tokens and gives out the characters they complete. */
final class Utf8Detokenizer implements IncrementalDetokenizer {
    private final IntFunction<byte[]> tokenBytes;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private byte[] unfinished = new byte[0];
    private boolean dropSpace;

    /**
     * @param tokenBytes the bytes of a token, none for a special one
     * @param dropSpace whether a space at the very beginning belongs to the vocabulary's writing, not to the text
     */
    Utf8Detokenizer(IntFunction<byte[]> tokenBytes, boolean dropSpace) {
        this.tokenBytes = tokenBytes;
        this.dropSpace = dropSpace;
    }

    @Override
    public String append(int id) {
        byte[] bytes = tokenBytes.apply(id);
        if (dropSpace && bytes.length > 0) {
            dropSpace = false;
            if (bytes[0] == ' ') {
                bytes = Arrays.copyOfRange(bytes, 1, bytes.length);
            }
        }
        return decode(bytes, false);
    }

    @Override
    public String finish() {
        return decode(new byte[0], true);
    }

    private String decode(byte[] more, boolean last) {
        ByteBuffer in = ByteBuffer.allocate(unfinished.length + more.length)
                .put(unfinished)
                .put(more)
                .flip();
        CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
        decoder.reset();
        decoder.decode(in, out, last);
        unfinished = new byte[in.remaining()];
        in.get(unfinished);
        return out.flip().toString();
    }
}
