package io.intramuros.engine.generation;

import java.util.List;

/**
 * Lets an answer's text through up to the first stop text. What could be the beginning of a stop text is held back
 * until it is clear that it is not. The outcome does not depend on how the text is cut into pieces: the stop text that
 * is completed first ends the answer, the longest of those completed by the same character.
 */
public final class StopMatcher {
    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private boolean matched;

    /** @param stops the stop texts; empty ones are ignored */
    public StopMatcher(List<String> stops) {
        this.stops = stops.stream().filter(stop -> !stop.isEmpty()).toList();
    }

    /** Takes the next piece of the answer and returns what may be shown of it and of what was held back. */
    public String accept(String piece) {
        if (matched) {
            return "";
        }
        if (stops.isEmpty()) {
            return piece;
        }
        held.append(piece);
        int start = firstMatch();
        matched = start >= 0;
        int shown = matched ? start : held.length() - possibleBeginning();
        return take(shown);
    }

    /** Whether a stop text was reached. */
    public boolean matched() {
        return matched;
    }

    /** At the answer's end: what was held back after all, nothing if a stop text was reached. */
    public String finish() {
        return matched ? "" : take(held.length());
    }

    private String take(int length) {
        String text = held.substring(0, length);
        held.delete(0, length);
        return text;
    }

    /** Where the stop text begins that ends first, or -1. */
    private int firstMatch() {
        int bestStart = -1;
        int bestEnd = Integer.MAX_VALUE;
        for (String stop : stops) {
            int start = held.indexOf(stop);
            int end = start + stop.length();
            if (start >= 0 && (end < bestEnd || (end == bestEnd && start < bestStart))) {
                bestStart = start;
                bestEnd = end;
            }
        }
        return bestStart;
    }

    /** Length of the longest end of the held text that some stop text begins with. */
    private int possibleBeginning() {
        int longest = 0;
        for (String stop : stops) {
            for (int length = Math.min(stop.length() - 1, held.length()); length > longest; length--) {
                if (held.indexOf(stop.substring(0, length), held.length() - length) >= 0) {
                    longest = length;
                }
            }
        }
        return longest;
    }
}
