package io.intramuros.engine.model;

import java.nio.file.Path;

/** Sizes far above any real decoder. What a file claims is held against them before anything is computed from it. */
final class ModelLimits {
    static final int VOCABULARY = 1 << 21;
    static final int HIDDEN = 1 << 17;
    static final int FEED_FORWARD = 1 << 20;
    static final int LAYERS = 1 << 10;
    static final int HEADS = 1 << 12;
    static final int HEAD_DIM = 1 << 10;
    static final int CONTEXT = 1 << 28;

    private ModelLimits() {}

    /** @throws ModelFormatException if parts of the configuration contradict each other */
    static ModelConfig checked(Path file, ModelConfig config) {
        if (config.queryHeads() % config.kvHeads() != 0) {
            throw new ModelFormatException(
                    file,
                    "attention heads",
                    config.queryHeads() + " query heads cannot share " + config.kvHeads() + " key-value heads evenly");
        }
        if (!(config.normEpsilon() > 0 && config.normEpsilon() < 1)) {
            throw new ModelFormatException(
                    file, "norm epsilon", "is " + config.normEpsilon() + ", it must be above 0 and below 1");
        }
        return config;
    }

    /** Rotary embedding turns pairs. */
    static void checkHeadDim(Path file, int headDim) {
        if (headDim < 2 || headDim > HEAD_DIM || headDim % 2 != 0) {
            throw new ModelFormatException(
                    file, "head size", "is " + headDim + ", it must be an even number from 2 to " + HEAD_DIM);
        }
    }

    static void checkPositive(Path file, String key, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new ModelFormatException(file, key, "is " + value + ", it must be above 0");
        }
    }
}
