package io.intramuros.chat;

import jakarta.ejb.ApplicationException;

/** There is no such conversation, or it is another person's: the caller cannot tell which. */
@ApplicationException(rollback = true)
public class NoSuchConversationException extends RuntimeException {
    public NoSuchConversationException() {
        super("There is no such conversation.");
    }
}
