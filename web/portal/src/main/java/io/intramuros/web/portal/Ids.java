package io.intramuros.web.portal;

import io.intramuros.chat.NoSuchConversationException;
import java.util.UUID;

/** Identifiers as they come from a browser. */
final class Ids {
    private Ids() {}

    /**
     * A conversation's identifier.
     *
     * @throws NoSuchConversationException if it is none, since no conversation can have it
     */
    static UUID parse(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException _) {
            throw new NoSuchConversationException();
        }
    }

    /** The same, {@code null} for nothing. */
    static UUID parseOrNull(String text) {
        return text == null || text.isEmpty() ? null : parse(text);
    }
}
