package io.intramuros.engine.tokenizer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps what a person typed from becoming a special token. Wherever a text spells one, such as {@code <|im_end|>}, a
 * mark is put after its first character, so that the tokenizer no longer finds the token; the tokenizer's first
 * normaliser takes the marks out again, so that the model reads the text as it was typed, as ordinary tokens.
 *
 * <p>A mark is also put into the beginning of a token at the end of the text, for a chat template may put another text
 * right behind it. Text without such spellings is returned unchanged and becomes exactly the tokens it becomes in
 * Hugging Face's transformers.
 */
final class TextGuard {
    /** A noncharacter: Unicode assigns it no meaning and lets programs use it internally. */
    static final char MARK = '\uFDD0';

    private static final char REPLACEMENT = '\uFFFD';

    private final Map<Character, List<String>> spellingsByFirst = new HashMap<>();

    TextGuard(Collection<String> spellings) {
        for (String spelling : spellings) {
            spellingsByFirst
                    .computeIfAbsent(spelling.charAt(0), _ -> new ArrayList<>())
                    .add(spelling);
        }
    }

    String guard(String text) {
        String clean = text.indexOf(MARK) < 0 ? text : text.replace(MARK, REPLACEMENT);
        int end = clean.stripTrailing().length(); // templates may trim
        StringBuilder marked = null;
        int copied = 0;
        for (int i = 0; i < end; i++) {
            if (spelledAt(clean, i, end)) {
                marked = marked == null ? new StringBuilder() : marked;
                marked.append(clean, copied, i + 1).append(MARK);
                copied = i + 1;
            }
        }
        return marked == null
                ? clean
                : marked.append(clean, copied, clean.length()).toString();
    }

    private boolean spelledAt(String text, int start, int end) {
        for (String spelling : spellingsByFirst.getOrDefault(text.charAt(start), List.of())) {
            int length = Math.min(spelling.length(), end - start);
            if (text.startsWith(spelling, start) || text.regionMatches(start, spelling, 0, length)) {
                return true;
            }
        }
        return false;
    }
}
