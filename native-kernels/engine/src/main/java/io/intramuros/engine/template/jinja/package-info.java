/**
 * Jinja as chat templates use it, with the meaning it has in Python: a template renders to exactly the text that
 * Hugging Face's transformers renders, or is refused.
 *
 * <p>{@link io.intramuros.engine.template.jinja.Lexer} cuts the source, {@link
 * io.intramuros.engine.template.jinja.Parser} makes {@link io.intramuros.engine.template.jinja.Statement}s and {@link
 * io.intramuros.engine.template.jinja.Expression}s of it and refuses whatever is not known here, and {@link
 * io.intramuros.engine.template.jinja.Interpreter} runs them within {@link
 * io.intramuros.engine.template.jinja.Limits}. Values are Java's: {@link java.lang.Boolean}, {@link java.lang.Long},
 * {@link java.lang.Double}, {@link java.lang.String}, {@link java.util.List}, {@link java.util.Map}, and what only
 * Python has in {@link io.intramuros.engine.template.jinja.Values}.
 */
package io.intramuros.engine.template.jinja;
