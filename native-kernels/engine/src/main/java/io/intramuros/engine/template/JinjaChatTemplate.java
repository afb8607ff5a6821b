package io.intramuros.engine.template;

import io.intramuros.engine.ChatMessage;
import io.intramuros.engine.InvalidPromptException;
import io.intramuros.engine.template.jinja.JinjaTemplate;
import io.intramuros.engine.template.jinja.TemplateRenderException;
import io.intramuros.engine.template.jinja.TemplateSyntaxException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A chat template in Jinja, with the variables that Hugging Face's transformers gives it. */
public final class JinjaChatTemplate implements ChatTemplate {
    private final JinjaTemplate template;
    private final Map<String, String> specialTokens;

    private JinjaChatTemplate(JinjaTemplate template, Map<String, String> specialTokens) {
        this.template = template;
        this.specialTokens = Map.copyOf(specialTokens);
    }

    /**
     * Reads a template and tries it on a conversation of one question.
     *
     * @param source the template
     * @param specialTokens the spellings of {@code bos_token}, {@code eos_token} and the like, as far as the model has
     *     them
     * @param clock what the template tells the time by
     * @throws UnusableTemplateException if it cannot be rendered exactly as its maker meant it
     */
    public static JinjaChatTemplate of(String source, Map<String, String> specialTokens, Clock clock)
            throws UnusableTemplateException {
        try {
            JinjaChatTemplate template = new JinjaChatTemplate(new JinjaTemplate(source, clock), specialTokens);
            template.fill(List.of(new ChatMessage("user", "Hello")), true);
            return template;
        } catch (TemplateSyntaxException e) {
            throw new UnusableTemplateException("the chat template cannot be read: " + e.getMessage(), e);
        } catch (TemplateRenderException e) {
            throw new UnusableTemplateException(
                    "the chat template cannot render a conversation of one question: " + e.getMessage(), e);
        }
    }

    @Override
    public String render(List<ChatMessage> messages, boolean openAnswer) {
        try {
            return fill(messages, openAnswer);
        } catch (TemplateRenderException.Refusal e) {
            throw new InvalidPromptException("The model does not take this conversation: " + e.getMessage(), e);
        } catch (TemplateRenderException e) {
            throw new InvalidPromptException(
                    "The model's chat template fails on this conversation: " + e.getMessage(), e);
        }
    }

    private String fill(List<ChatMessage> messages, boolean openAnswer) {
        List<Map<String, Object>> turns = new ArrayList<>();
        for (ChatMessage message : messages) {
            Map<String, Object> turn = new LinkedHashMap<>();
            turn.put("role", message.role());
            turn.put("content", message.content());
            turns.add(turn);
        }
        Map<String, Object> variables = new HashMap<>(specialTokens);
        variables.put("messages", turns);
        variables.put("tools", null);
        variables.put("documents", null);
        variables.put("add_generation_prompt", openAnswer);
        return template.render(variables);
    }
}
