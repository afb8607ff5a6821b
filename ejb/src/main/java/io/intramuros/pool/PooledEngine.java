package io.intramuros.pool;

import io.intramuros.engine.InferenceEngine;
import io.intramuros.engine.ModelCard;

/**
 * An engine that was ready when it was looked at.
 *
 * @param engine the engine
 * @param card its model
 */
public record PooledEngine(InferenceEngine engine, ModelCard card) {}
