package io.intramuros.pool;

import io.intramuros.engine.InferenceEngine;
import io.intramuros.engine.ModelCard;
import java.time.Instant;

/**
 * An engine that was ready when it was looked at.
 *
 * @param engine the engine
 * @param card its model
 * @param readySince since when it is known to be ready
 */
public record PooledEngine(InferenceEngine engine, ModelCard card, Instant readySince) {}
