package io.intramuros.engine.decoder;

import io.intramuros.engine.model.ModelConfig;
import io.intramuros.kernels.Split;
import io.intramuros.kernels.TensorType;

/**
 * How a decoder's weights are divided among the devices of one engine: attention by key-value heads with the query heads
 * that read them, the feed-forward layer by its inner values, the logits by tokens. Each device computes its part of both
 * layers' outputs, which are then added up.
 */
record DecoderSplits(
        Split query,
        Split keyValue,
        Split queryBias,
        Split keyValueBias,
        Split attentionOutput,
        Split gateUp,
        Split down,
        Split head) {
    /** @param downType how the feed-forward layer's output weights are stored; blocks are never cut */
    static DecoderSplits of(ModelConfig config, TensorType downType) {
        int dim = config.headDim();
        int group = config.queryHeads() / config.kvHeads() * dim;
        int inner = downType.blockValues();
        return new DecoderSplits(
                Split.rows(group),
                Split.rows(dim),
                Split.columns(group),
                Split.columns(dim),
                Split.columns(group),
                Split.rows(inner),
                Split.columns(inner),
                Split.rows(1));
    }
}
