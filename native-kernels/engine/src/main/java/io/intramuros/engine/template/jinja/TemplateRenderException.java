package io.intramuros.engine.template.jinja;

/** A template failed on what it was given. */
public sealed class TemplateRenderException extends RuntimeException {
    TemplateRenderException(String reason) {
        super(reason);
    }

    /** The template itself refused, with {@code raise_exception}; the message is its own. */
    public static final class Refusal extends TemplateRenderException {
        Refusal(String words) {
            super(words);
        }
    }
}
