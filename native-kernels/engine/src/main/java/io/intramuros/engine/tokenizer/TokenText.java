package io.intramuros.engine.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** How a vocabulary writes the bytes of its tokens. */
enum TokenText {
    /** Each byte as one printable character, as GPT-2 began it. */
    BYTE_LEVEL {
        @Override
        byte[] bytes(String token) {
            byte[] bytes = new byte[token.length()];
            for (int i = 0; i < bytes.length; i++) {
                Byte value = BYTES_BY_CHARACTER.get(token.charAt(i));
                if (value == null) {
                    return token.getBytes(StandardCharsets.UTF_8); // an added token, written as it is
                }
                bytes[i] = value;
            }
            return bytes;
        }
    },
    /** Text with {@code ▁} for a space, and {@code <0xE4>} for a single byte, as SentencePiece writes it. */
    SENTENCE_PIECE {
        @Override
        byte[] bytes(String token) {
            if (token.length() == 6 && token.startsWith("<0x") && token.endsWith(">")) {
                int high = Character.digit(token.charAt(3), 16);
                int low = Character.digit(token.charAt(4), 16);
                if (high >= 0 && low >= 0) {
                    return new byte[] {(byte) (high << 4 | low)};
                }
            }
            return token.replace('▁', ' ').getBytes(StandardCharsets.UTF_8);
        }
    };

    private static final Map<Character, Byte> BYTES_BY_CHARACTER = bytesByCharacter();

    /** The bytes of UTF-8 text that the token stands for; possibly only part of a character. */
    abstract byte[] bytes(String token);

    /** Printable Latin-1 characters stand for themselves, the other bytes in order for U+0100 and up. */
    private static Map<Character, Byte> bytesByCharacter() {
        Map<Character, Byte> map = new HashMap<>();
        char next = 0x100;
        for (int value = 0; value < 256; value++) {
            boolean printable = (value >= '!' && value <= '~') || (value >= '¡' && value <= '¬') || value >= '®';
            map.put(printable ? (char) value : next++, (byte) value);
        }
        return Map.copyOf(map);
    }
}
