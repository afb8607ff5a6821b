/**
 * Which tokens of which sequences are computed in the next step. There is no phase for prompts and none for answers:
 * each sequence has computed tokens that catch up with its tokens, under one budget per step.
 */
package io.intramuros.engine.scheduler;
