package io.intramuros.engine.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopMatcherTest {
    @Test
    void textWithoutStopsPassesAsItComes() {
        StopMatcher matcher = new StopMatcher(List.of());
        assertEquals("Hello", matcher.accept("Hello"));
        assertEquals("", matcher.finish());
    }

    @Test
    void aStopTextAndWhatFollowsAreNeverShown() {
        StopMatcher matcher = new StopMatcher(List.of("END"));
        assertEquals("text ", matcher.accept("text END more"));
        assertTrue(matcher.matched());
        assertEquals("", matcher.accept("more"));
        assertEquals("", matcher.finish());
    }

    @Test
    void aStopTextAcrossPiecesIsFound() {
        StopMatcher matcher = new StopMatcher(List.of("\n\nUser:"));
        assertEquals("Yes.", matcher.accept("Yes.\n"));
        assertEquals("", matcher.accept("\nUs"));
        assertEquals("", matcher.accept("er"));
        assertFalse(matcher.matched());
        assertEquals("", matcher.accept(": hi"));
        assertTrue(matcher.matched());
    }

    @Test
    void whatOnlyLookedLikeAStopTextIsShownAfterAll() {
        StopMatcher matcher = new StopMatcher(List.of("STOP"));
        assertEquals("a", matcher.accept("aST"));
        assertEquals("STx", matcher.accept("x"));
        assertEquals("", matcher.accept("ST"));
        assertEquals("ST", matcher.finish());
    }

    @Test
    void aRepeatedBeginningIsHeldBackOnlyAsFarAsItCounts() {
        StopMatcher matcher = new StopMatcher(List.of("aab"));
        assertEquals("a", matcher.accept("aaa"));
        assertEquals("", matcher.accept("b"));
        assertTrue(matcher.matched());
    }

    @Test
    void theStopTextThatIsCompletedFirstCounts() {
        StopMatcher matcher = new StopMatcher(List.of("abcd", "bc"));
        assertEquals("xa", matcher.accept("xabcd"));
        assertTrue(matcher.matched());
    }

    @Test
    void ofStopTextsCompletedTogetherTheLongestCounts() {
        StopMatcher matcher = new StopMatcher(List.of("c", "abc"));
        assertEquals("x", matcher.accept("xabc"));
    }

    @Test
    void emptyStopTextsAreIgnored() {
        StopMatcher matcher = new StopMatcher(List.of("", "z"));
        assertEquals("abc", matcher.accept("abc"));
        assertFalse(matcher.matched());
    }

    @Test
    void theOutcomeDoesNotDependOnHowTheTextIsCut() {
        Random random = new Random(3);
        for (int round = 0; round < 5_000; round++) {
            List<String> stops = List.of(word(random, 1 + random.nextInt(4)), word(random, 2 + random.nextInt(3)));
            String text = word(random, 30);
            String whole = shown(stops, List.of(text.split("")));
            assertEquals(whole, shown(stops, cut(text, random)), () -> stops + " in " + text);
        }
    }

    private static String shown(List<String> stops, List<String> pieces) {
        StopMatcher matcher = new StopMatcher(stops);
        StringBuilder shown = new StringBuilder();
        for (String piece : pieces) {
            shown.append(matcher.accept(piece));
        }
        return shown.append(matcher.finish()).toString();
    }

    private static List<String> cut(String text, Random random) {
        int first = random.nextInt(text.length());
        int second = first + random.nextInt(text.length() - first);
        return List.of(text.substring(0, first), text.substring(first, second), text.substring(second));
    }

    private static String word(Random random, int length) {
        StringBuilder word = new StringBuilder();
        random.ints(length, 'a', 'd').forEach(letter -> word.append((char) letter));
        return word.toString();
    }
}
