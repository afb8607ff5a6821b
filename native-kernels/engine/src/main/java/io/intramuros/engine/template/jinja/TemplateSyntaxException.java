package io.intramuros.engine.template.jinja;

/** A template cannot be read, or uses what is not known here and so could not be rendered exactly. */
public final class TemplateSyntaxException extends RuntimeException {
    TemplateSyntaxException(int line, String reason) {
        super("line " + line + ": " + reason);
    }
}
