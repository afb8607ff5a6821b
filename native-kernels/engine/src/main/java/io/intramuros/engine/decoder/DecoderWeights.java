package io.intramuros.engine.decoder;

import io.intramuros.engine.model.DecoderTensors;
import io.intramuros.engine.model.ModelConfig;
import io.intramuros.kernels.AttentionWeights;
import io.intramuros.kernels.Backend;
import io.intramuros.kernels.DecoderPlan.PlannedWeight;
import io.intramuros.kernels.HostTensor;
import io.intramuros.kernels.RmsNorm;
import io.intramuros.kernels.Split;
import io.intramuros.kernels.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
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
        Placer placer = new Placer(config, tensors, backend::weight);
        Weight embedding = backend.weight(tensors.embedding(), Split.WHOLE);
        Weight head = tied(tensors) ? embedding : backend.weight(tensors.head(), placer.splits.head());
        placer.bytes += bytes(tensors.head());
        List<Layer> layers = new ArrayList<>();
        for (DecoderTensors.Layer layer : tensors.layers()) {
            layers.add(placer.layer(layer));
            layerPlaced.accept(layers.size());
        }
        return new DecoderWeights(embedding, layers, placer.norm(tensors.finalNorm()), head, placer.bytes);
    }

    /** The weights that {@link #place} places outside of layers. */
    static List<PlannedWeight> outside(DecoderTensors tensors, ModelConfig config) {
        List<PlannedWeight> planned = new ArrayList<>();
        Placer placer = new Placer(config, tensors, noting(planned));
        placer.weight(tensors.embedding(), Split.WHOLE);
        if (!tied(tensors)) {
            placer.weight(tensors.head(), placer.splits.head());
        }
        placer.norm(tensors.finalNorm());
        return planned;
    }

    /** The weights that {@link #place} places for each layer. */
    static List<List<PlannedWeight>> layers(DecoderTensors tensors, ModelConfig config) {
        return tensors.layers().stream()
                .map(layer -> {
                    List<PlannedWeight> planned = new ArrayList<>();
                    new Placer(config, tensors, noting(planned)).layer(layer);
                    return planned;
                })
                .toList();
    }

    private static BiFunction<HostTensor, Split, Weight> noting(List<PlannedWeight> planned) {
        return (tensor, split) -> {
            planned.add(new PlannedWeight(tensor, split));
            return null;
        };
    }

    private static boolean tied(DecoderTensors tensors) {
        return tensors.head().equals(tensors.embedding());
    }

    private static long bytes(HostTensor tensor) {
        return tensor.data().byteSize();
    }

    /** Places tensors and counts their bytes. */
    private static final class Placer {
        private final BiFunction<HostTensor, Split, Weight> place;
        private final float epsilon;
        private final DecoderSplits splits;
        private long bytes;

        Placer(ModelConfig config, DecoderTensors tensors, BiFunction<HostTensor, Split, Weight> place) {
            this.place = place;
            epsilon = config.normEpsilon();
            splits = DecoderSplits.of(config, tensors.layers().getFirst().down().type());
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
            return place.apply(tensor, split);
        }
    }
}
