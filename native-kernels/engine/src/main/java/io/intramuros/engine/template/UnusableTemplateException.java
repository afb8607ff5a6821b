package io.intramuros.engine.template;

/** A chat template that this engine would not render exactly. */
public final class UnusableTemplateException extends Exception {
    UnusableTemplateException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
