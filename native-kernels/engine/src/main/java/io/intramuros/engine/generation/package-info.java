/**
 * One answer from its first token to its last character: drawing, turning tokens into text, stop texts, and delivery to
 * the listener, which never holds up the step loop.
 */
package io.intramuros.engine.generation;
