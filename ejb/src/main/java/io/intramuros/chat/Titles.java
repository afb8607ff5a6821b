package io.intramuros.chat;

/** Titles of conversations that nobody has named. */
final class Titles {
    private static final int MOST_CODE_POINTS = 60;

    private Titles() {}

    /** The beginning of the first question, on one line. */
    static String of(String question) {
        String line = question.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        if (line.codePointCount(0, line.length()) <= MOST_CODE_POINTS) {
            return line;
        }
        return line.substring(0, line.offsetByCodePoints(0, MOST_CODE_POINTS - 1))
                        .stripTrailing() + "…";
    }
}
