package io.intramuros.engine.template;

import io.intramuros.engine.ChatMessage;
import java.util.List;

/** A model's chat template. Thread-safe. */
@FunctionalInterface
public interface ChatTemplate {
    /**
     * The conversation as the model expects it.
     *
     * @param messages the conversation
     * @param openAnswer whether the turn of the assistant is opened at the end
     * @throws io.intramuros.engine.InvalidPromptException if the template refuses the conversation, with its own words
     */
    String render(List<ChatMessage> messages, boolean openAnswer);
}
