package io.intramuros.engine.cache;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds full blocks by what they hold: their own tokens and everything before them. A block's content is named by a
 * number that is given once and never again, and a block is looked up by the name of the block before it and its own
 * tokens, compared in full: no two different beginnings can be taken for each other, whatever their hashes.
 */
final class PrefixIndex {
    /** The name of the empty beginning. */
    static final long ROOT = 0;

    private static final int ABSENT = -1;

    private final Map<Content, Integer> blocks = new HashMap<>();
    private final Content[] contents;
    private final long[] names;
    private long lastName = ROOT;

    PrefixIndex(int size) {
        contents = new Content[size];
        names = new long[size];
    }

    /** The block that holds {@code tokens[from, to)} after the beginning called {@code before}, or a negative number. */
    int find(long before, int[] tokens, int from, int to) {
        return blocks.getOrDefault(Content.of(before, tokens, from, to), ABSENT);
    }

    /** The name of a block that was found or remembered. */
    long name(int block) {
        return names[block];
    }

    boolean knows(int block) {
        return contents[block] != null;
    }

    /**
     * Remembers what a block holds, unless another block is known for the same content.
     *
     * @return the name of the content, for the block after it
     */
    long remember(int block, long before, int[] tokens, int from, int to) {
        Content content = Content.of(before, tokens, from, to);
        Integer known = blocks.putIfAbsent(content, block);
        if (known != null) {
            return names[known];
        }
        contents[block] = content;
        names[block] = ++lastName;
        return lastName;
    }

    /** Forgets a block that is about to hold something else; does nothing if it is not known. */
    void forget(int block) {
        if (contents[block] != null) {
            blocks.remove(contents[block]);
            contents[block] = null;
        }
    }

    void checkIntegrity() {
        long known = Arrays.stream(contents).filter(content -> content != null).count();
        if (known != blocks.size()) {
            throw new IllegalStateException(known + " cache blocks are known, " + blocks.size() + " can be found");
        }
        blocks.forEach((content, block) -> {
            if (!content.equals(contents[block])) {
                throw new IllegalStateException("cache block " + block + " is found for what it does not hold");
            }
        });
    }

    private static final class Content {
        private final long before;
        private final int[] tokens;
        private final int hash;

        private Content(long before, int[] tokens) {
            this.before = before;
            this.tokens = tokens;
            this.hash = 31 * Long.hashCode(before) + Arrays.hashCode(tokens);
        }

        static Content of(long before, int[] tokens, int from, int to) {
            return new Content(before, Arrays.copyOfRange(tokens, from, to));
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Content content
                    && before == content.before
                    && Arrays.equals(tokens, content.tokens);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }
}
