package io.intramuros.engine.decoder;

import io.intramuros.engine.model.DecoderTensors;
import io.intramuros.engine.model.ModelConfig;
import io.intramuros.kernels.AttentionWeights;
import io.intramuros.kernels.Backend;
import io.intramuros.kernels.HostTensor;
import io.intramuros.kernels.RmsNorm;
import io.intramuros.kernels.Split;
import io.intramuros.kernels.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * A decoder's weights on a backend. With tied embeddings {@code head} is {@code embedding}.
 *
 * @param embedding {@code [V, D]}
 * @param layers one per decoder layer
 * @param finalNorm before the logits
 * @param head {@code [V, D]}
 * @param bytesPerStep bytes of weights that a step reads, whatever its batch; rows of the embedding table left out
 */
record DecoderWeights(Weight embedding, List<Layer> layers, RmsNorm finalNorm, Weight head, long bytesPerStep) {

    /** One decoder layer. */
    record Layer(
            RmsNorm attentionNorm,
            AttentionWeights attention,
            Weight attentionOutput,
            RmsNorm feedForwardNorm,
            Weight gate,
            Weight up,
            Weight down) {}

    /**
     * Places all weights.
     *
     * @param layerPlaced hears the number of layers placed so far; may throw to give up
     */
    static DecoderWeights place(DecoderTensors tensors, ModelConfig config, Backend backend, IntConsumer layerPlaced) {
        DecoderSplits splits =
                DecoderSplits.of(config, tensors.layers().getFirst().down().type());
        Placer placer = new Placer(backend, config.normEpsilon(), splits);
        Weight embedding = backend.weight(tensors.embedding(), Split.WHOLE);
        boolean tied = tensors.head().equals(tensors.embedding());
        Weight head = tied ? embedding : backend.weight(tensors.head(), splits.head());
        placer.bytes += bytes(tensors.head());
        List<Layer> layers = new ArrayList<>();
        for (DecoderTensors.Layer layer : tensors.layers()) {
            layers.add(placer.layer(layer));
            layerPlaced.accept(layers.size());
        }
        return new DecoderWeights(embedding, layers, placer.norm(tensors.finalNorm()), head, placer.bytes);
    }

    private static long bytes(HostTensor tensor) {
        return tensor.data().byteSize();
    }

    /** Places tensors and counts their bytes. */
    private static final class Placer {
        private final Backend backend;
        private final float epsilon;
        private final DecoderSplits splits;
        private long bytes;

        Placer(Backend backend, float epsilon, DecoderSplits splits) {
            this.backend = backend;
            this.epsilon = epsilon;
            this.splits = splits;
        }

        Layer layer(DecoderTensors.Layer layer) {
            return new Layer(
                    norm(layer.attentionNorm()),
                    new AttentionWeights(
                            weight(layer.query(), splits.query()),
                            weight(layer.key(), splits.keyValue()),
                            weight(layer.value(), splits.keyValue()),
                            weight(layer.queryBias(), splits.queryBias()),
                            weight(layer.keyBias(), splits.keyValueBias()),
                            weight(layer.valueBias(), splits.keyValueBias()),
                            norm(layer.queryNorm()),
                            norm(layer.keyNorm())),
                    weight(layer.attentionOutput(), splits.attentionOutput()),
                    norm(layer.feedForwardNorm()),
                    weight(layer.gate(), splits.gateUp()),
                    weight(layer.up(), splits.gateUp()),
                    weight(layer.down(), splits.down()));
        }

        RmsNorm norm(HostTensor gain) {
            return gain == null ? null : new RmsNorm(weight(gain, Split.WHOLE), epsilon);
        }

        private Weight weight(HostTensor tensor, Split split) {
            if (tensor == null) {
                return null;
            }
            bytes += bytes(tensor);
            return backend.weight(tensor, split);
        }
    }
}
