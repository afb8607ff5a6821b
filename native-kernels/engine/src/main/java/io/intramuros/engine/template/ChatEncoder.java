package io.intramuros.engine.template;

import io.intramuros.engine.ChatMessage;
import io.intramuros.engine.tokenizer.Tokenizer;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * From a conversation to the model's tokens. Only the template can open and close turns: what a message spells of
 * special tokens, such as {@code <|im_end|>}, reaches the model as the plain text that it is, roles included.
 *
 * <p>The one exception are the marks around an assistant's own thinking in its earlier answers: templates look for them
 * to leave that thinking out, so they stay as they are, in messages of the assistant only. They end no turn.
 */
public final class ChatEncoder {
    private static final Pattern THINKING = Pattern.compile("</?think>");
    private static final String ASSISTANT = "assistant";

    private final Tokenizer tokenizer;
    private final ChatTemplate template;

    /** Encodes by this template and this tokenizer, which must be one model's. */
    public ChatEncoder(Tokenizer tokenizer, ChatTemplate template) {
        this.tokenizer = tokenizer;
        this.template = template;
    }

    /**
     * Tokens of the conversation with the turn of the assistant opened.
     *
     * @throws io.intramuros.engine.InvalidPromptException if the template refuses the conversation, with its own words
     */
    public int[] encode(List<ChatMessage> messages) {
        List<ChatMessage> plain = messages.stream()
                .map(message -> new ChatMessage(tokenizer.plain(message.role()), content(message)))
                .toList();
        return tokenizer.encode(template.render(plain, true), false);
    }

    private String content(ChatMessage message) {
        if (!message.role().equals(ASSISTANT)) {
            return tokenizer.plain(message.content());
        }
        StringBuilder content = new StringBuilder();
        Matcher marks = THINKING.matcher(message.content());
        int from = 0;
        while (marks.find()) {
            content.append(tokenizer.plain(message.content().substring(from, marks.start())))
                    .append(marks.group());
            from = marks.end();
        }
        return content.append(tokenizer.plain(message.content().substring(from)))
                .toString();
    }
}
