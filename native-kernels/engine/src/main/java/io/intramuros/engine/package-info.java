/**
 * The engine's public API: what the session beans and the WildFly subsystem see of inference.
 *
 * <p>{@link io.intramuros.engine.EngineRegistry} finds an {@link io.intramuros.engine.InferenceEngine};
 * {@link io.intramuros.engine.InferenceEngine#encode} turns a conversation into tokens, so that a caller knows its cost
 * before any compute; {@link io.intramuros.engine.InferenceEngine#submit} starts a
 * {@link io.intramuros.engine.Generation}. {@code local} starts engines; everything else below this package is their own.
 */
package io.intramuros.engine;
