/**
 * The paged key-value cache's books: which block holds which tokens of which sequence. Blocks are counted by their
 * references and found again by their content, so that a beginning shared by two prompts is computed once. The numbers
 * themselves lie with the backend.
 */
package io.intramuros.engine.cache;
