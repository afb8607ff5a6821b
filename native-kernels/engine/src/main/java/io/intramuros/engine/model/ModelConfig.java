package io.intramuros.engine.model;

import io.intramuros.kernels.Rope;

/**
 * The shape of a decoder, the same for every family and file format.
 *
 * @param family the architecture's name: {@code llama}, {@code qwen2}
 * @param displayName what people call the model: its directory's or its file's name
 * @param vocabularySize rows of the embedding table
 * @param hiddenSize values of the residual stream
 * @param feedForwardSize values inside the gated feed-forward layer
 * @param layers decoder layers
 * @param queryHeads query heads per layer
 * @param kvHeads key-value heads per layer; divides {@code queryHeads}
 * @param headDim values per head
 * @param normEpsilon of every RMS norm
 * @param rope rotary embedding, scaling applied
 * @param contextTokens the longest sequence the model was made for
 */
public record ModelConfig(
        String family,
        String displayName,
        int vocabularySize,
        int hiddenSize,
        int feedForwardSize,
        int layers,
        int queryHeads,
        int kvHeads,
        int headDim,
        float normEpsilon,
        Rope rope,
        int contextTokens) {}
