/**
 * Questions and answers: the one way in for a question, whatever its door, and the conversations people keep.
 */
package io.intramuros.chat;
