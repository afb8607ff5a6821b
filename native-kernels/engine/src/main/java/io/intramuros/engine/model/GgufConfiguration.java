package io.intramuros.engine.model;

import io.intramuros.kernels.Rope;
import io.intramuros.kernels.TensorType;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;

/** Reads a decoder's shape from the metadata of a GGUF file. */
final class GgufConfiguration {
    /** Factors that divide the rotary frequencies: Llama 3's long-context scaling. */
    static final String ROPE_FACTORS = "rope_freqs.weight";

    private static final String ARCHITECTURE = "general.architecture";
    private static final double DEFAULT_ROPE_BASE = 10_000;
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final GgufFile file;
    private final GgufMetadata metadata;
    private final Family family;

    GgufConfiguration(GgufFile file) {
        this.file = file;
        this.metadata = file.metadata();
        String architecture = metadata.require(ARCHITECTURE, metadata.string(ARCHITECTURE));
        this.family = Family.ofLabel(architecture)
                .orElseThrow(() -> new ModelFormatException(
                        metadata.file(),
                        ARCHITECTURE,
                        "is " + architecture + "; llama, qwen2 and qwen3 are supported"));
    }

    Family family() {
        return family;
    }

    /**
     * @param vocabulary number of tokens of the file's tokenizer
     * @throws ModelFormatException naming the key that is missing, absurd or not supported
     */
    ModelConfig read(int vocabulary) {
        refuseIf(
                "expert_count",
                metadata.integer(key("expert_count"), 0, Integer.MAX_VALUE).orElse(0) > 0,
                "experts");
        int hidden = required("embedding_length", ModelLimits.HIDDEN);
        int heads = metadata.require(
                key("attention.head_count"),
                metadata.uniformInteger(key("attention.head_count"), 1, ModelLimits.HEADS));
        int kvHeads = metadata.uniformInteger(key("attention.head_count_kv"), 1, ModelLimits.HEADS)
                .orElse(heads);
        int headDim = optional("attention.key_length", ModelLimits.HEAD_DIM).orElse(hidden / heads);
        int valueDim = optional("attention.value_length", ModelLimits.HEAD_DIM).orElse(headDim);
        refuseIf("attention.value_length", valueDim != headDim, "values of another length than keys");
        int rotated = optional("rope.dimension_count", ModelLimits.HEAD_DIM).orElse(headDim);
        refuseIf("rope.dimension_count", rotated != headDim, "rotating only part of a head");
        int declared = optional("vocab_size", ModelLimits.VOCABULARY).orElse(vocabulary);
        refuseIf("vocab_size", declared != vocabulary, "a vocabulary of another size than the tokenizer's");
        double epsilon = metadata.require(
                key("attention.layer_norm_rms_epsilon"), metadata.number(key("attention.layer_norm_rms_epsilon")));
        int context = required("context_length", ModelLimits.CONTEXT);
        int window = optional("attention.sliding_window", ModelLimits.CONTEXT).orElse(context);
        return ModelLimits.checked(
                metadata.file(),
                new ModelConfig(
                        family.label(),
                        displayName(metadata.file()),
                        vocabulary,
                        hidden,
                        required("feed_forward_length", ModelLimits.FEED_FORWARD),
                        required("block_count", ModelLimits.LAYERS),
                        heads,
                        kvHeads,
                        headDim,
                        (float) epsilon,
                        new Rope(frequencies(headDim), family.ggufPairing()),
                        // Within the sliding window every token sees all before it, as this engine computes it.
                        Math.min(context, window)));
    }

    /**
     * Called as its file is, as a model in a directory is called as that: {@code general.name} is often a checkpoint's
     * name that only its makers know. The encoding at the end of the name is said elsewhere.
     */
    static String displayName(Path file) {
        String name = file.getFileName().toString().replaceFirst("(?i)\\.gguf$", "");
        return name.replaceFirst("(?i)(?<=.)[-._](I?Q\\d+_\\w+|B?F16|F32)$", "");
    }

    private float[] frequencies(int headDim) {
        double base = metadata.number(key("rope.freq_base")).orElse(DEFAULT_ROPE_BASE);
        ModelLimits.checkPositive(metadata.file(), key("rope.freq_base"), base);
        ModelLimits.checkHeadDim(metadata.file(), headDim);
        float[] frequencies = RopeFrequencies.plain(headDim, base);
        Optional<StoredTensor> factors = file.tensors().find(ROPE_FACTORS);
        if (factors.isPresent()) {
            frequencies = RopeFrequencies.divided(frequencies, factors(factors.get(), headDim / 2));
        }
        String scaling = metadata.string(key("rope.scaling.type")).orElse("none");
        return switch (scaling) {
            case "none" -> frequencies;
            case "linear" -> {
                double factor =
                        metadata.require(key("rope.scaling.factor"), metadata.number(key("rope.scaling.factor")));
                ModelLimits.checkPositive(metadata.file(), key("rope.scaling.factor"), factor);
                yield RopeFrequencies.linear(frequencies, factor);
            }
            default ->
                throw new ModelFormatException(
                        metadata.file(),
                        key("rope.scaling.type"),
                        "is " + scaling + "; none, linear and Llama 3's factors are supported");
        };
    }

    private static float[] factors(StoredTensor tensor, int pairs) {
        if (tensor.type() != TensorType.F32) {
            throw new ModelFormatException(tensor.file(), tensor.name(), "is of type " + tensor.type() + ", not F32");
        }
        float[] factors = new float[pairs];
        var data = tensor.as(1, pairs).data();
        for (int i = 0; i < pairs; i++) {
            factors[i] = data.get(FLOAT, 4L * i);
            ModelLimits.checkPositive(tensor.file(), tensor.name(), factors[i]);
        }
        return factors;
    }

    private void refuseIf(String key, boolean condition, String what) {
        if (condition) {
            throw new ModelFormatException(metadata.file(), key(key), what + ": not supported");
        }
    }

    private int required(String key, int limit) {
        return metadata.require(key(key), optional(key, limit));
    }

    private Optional<Integer> optional(String key, int limit) {
        return metadata.integer(key(key), 1, limit);
    }

    private String key(String key) {
        return family.label() + "." + key;
    }
}
