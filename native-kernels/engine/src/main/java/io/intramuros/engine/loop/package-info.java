/**
 * The step loop: one thread per engine that schedules, computes and hands out tokens, and the engine's account of it.
 */
package io.intramuros.engine.loop;
