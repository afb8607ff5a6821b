package io.intramuros.engine;

import java.util.List;

/** What a model is asked. */
public sealed interface Prompt {
    /** A conversation, rendered by the model's own chat template with the turn of the assistant opened. */
    record Chat(List<ChatMessage> messages) implements Prompt {
        public Chat {
            messages = List.copyOf(messages);
        }
    }

    /** Plain text to continue; the model's opening token is added where its tokenizer does so. */
    record Text(String text) implements Prompt {}

    /** Tokens, taken as they are. */
    record Tokens(int[] ids) implements Prompt {}
}
