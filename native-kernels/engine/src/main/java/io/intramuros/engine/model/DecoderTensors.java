package io.intramuros.engine.model;

import io.intramuros.kernels.HostTensor;
import java.util.List;

/**
 * The weights of a decoder as they lie in the model's files. With tied embeddings {@code head} is {@code embedding}.
 *
 * @param embedding {@code [vocabularySize, hiddenSize]}
 * @param layers one per decoder layer
 * @param finalNorm {@code [1, hiddenSize]}
 * @param head {@code [vocabularySize, hiddenSize]}
 */
public record DecoderTensors(HostTensor embedding, List<Layer> layers, HostTensor finalNorm, HostTensor head) {
    public DecoderTensors {
        layers = List.copyOf(layers);
    }

    /** One decoder layer; {@code null} stands for what a family lacks. Shapes as in the kernels' interface. */
    public record Layer(
            HostTensor attentionNorm,
            HostTensor query,
            HostTensor key,
            HostTensor value,
            HostTensor queryBias,
            HostTensor keyBias,
            HostTensor valueBias,
            HostTensor queryNorm,
            HostTensor keyNorm,
            HostTensor attentionOutput,
            HostTensor feedForwardNorm,
            HostTensor gate,
            HostTensor up,
            HostTensor down) {}
}
