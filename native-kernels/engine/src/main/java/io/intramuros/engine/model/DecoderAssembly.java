package io.intramuros.engine.model;

import io.intramuros.kernels.HostTensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds a decoder's tensors by their names and holds their shapes against the configuration. A tensor that is missing
 * is an error, and so is one that nobody asked for: it would be a part of the model that this engine leaves out.
 */
final class DecoderAssembly {
    private final TensorTable table;
    private final TensorNames names;
    private final ModelConfig config;
    private final Family family;
    private final Set<String> unclaimed;

    private DecoderAssembly(TensorTable table, TensorNames names, ModelConfig config, Family family) {
        this.table = table;
        this.names = names;
        this.config = config;
        this.family = family;
        this.unclaimed = new HashSet<>(table.names());
    }

    /**
     * @param table the model's tensors
     * @param names what the format calls them
     * @param config the shapes they must have
     * @param family which of them there must be
     * @param tied whether the embedding serves as the head; then a head of its own is an error
     * @param elsewhere names of tensors that were read for another purpose
     * @throws ModelFormatException naming the tensor that is missing, misshapen or unknown
     */
    static DecoderTensors assemble(
            TensorTable table,
            TensorNames names,
            ModelConfig config,
            Family family,
            boolean tied,
            Set<String> elsewhere) {
        DecoderAssembly assembly = new DecoderAssembly(table, names, config, family);
        assembly.unclaimed.removeAll(elsewhere);
        return assembly.assemble(tied);
    }

    private DecoderTensors assemble(boolean tied) {
        HostTensor embedding = matrix(names.embedding, config.vocabularySize(), config.hiddenSize());
        List<DecoderTensors.Layer> layers = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            layers.add(layer(layer));
        }
        HostTensor finalNorm = vector(names.finalNorm, config.hiddenSize());
        HostTensor head = tied ? embedding : matrix(names.head, config.vocabularySize(), config.hiddenSize());
        if (!unclaimed.isEmpty()) {
            StoredTensor unknown =
                    table.require(unclaimed.stream().sorted().findFirst().orElseThrow());
            throw new ModelFormatException(
                    unknown.file(),
                    unknown.name(),
                    "a " + family.label() + " decoder of this configuration has no such tensor; "
                            + "this engine cannot run the model as it was made");
        }
        return new DecoderTensors(embedding, layers, finalNorm, head);
    }

    private DecoderTensors.Layer layer(int layer) {
        int hidden = config.hiddenSize();
        int queries = config.queryHeads() * config.headDim();
        int keys = config.kvHeads() * config.headDim();
        int feedForward = config.feedForwardSize();
        boolean biases = family.attentionBiases();
        boolean norms = family.headNorms();
        return new DecoderTensors.Layer(
                vector(at(names.attentionNorm, layer), hidden),
                matrix(at(names.query, layer) + ".weight", queries, hidden),
                matrix(at(names.key, layer) + ".weight", keys, hidden),
                matrix(at(names.value, layer) + ".weight", keys, hidden),
                biases ? vector(at(names.query, layer) + ".bias", queries) : null,
                biases ? vector(at(names.key, layer) + ".bias", keys) : null,
                biases ? vector(at(names.value, layer) + ".bias", keys) : null,
                norms ? vector(at(names.queryNorm, layer), config.headDim()) : null,
                norms ? vector(at(names.keyNorm, layer), config.headDim()) : null,
                matrix(at(names.attentionOutput, layer), hidden, queries),
                vector(at(names.feedForwardNorm, layer), hidden),
                matrix(at(names.gate, layer), feedForward, hidden),
                matrix(at(names.up, layer), feedForward, hidden),
                matrix(at(names.down, layer), hidden, feedForward));
    }

    private static String at(String name, int layer) {
        return name.replace("%d", Integer.toString(layer));
    }

    private HostTensor matrix(String name, int rows, int columns) {
        StoredTensor tensor = table.require(name);
        unclaimed.remove(name);
        return tensor.as(rows, columns);
    }

    private HostTensor vector(String name, int length) {
        HostTensor vector = matrix(name, 1, length);
        if (vector.type().quantised()) {
            throw new ModelFormatException(
                    table.require(name).file(),
                    name,
                    "is a vector of type " + vector.type() + "; vectors must be F32, F16 or BF16");
        }
        return vector;
    }
}
