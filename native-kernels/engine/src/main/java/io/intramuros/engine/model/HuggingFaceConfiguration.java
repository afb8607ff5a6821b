package io.intramuros.engine.model;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.intramuros.kernels.Rope;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads a decoder's shape from {@code config.json}. */
final class HuggingFaceConfiguration {
    private static final double DEFAULT_ROPE_BASE = 10_000;

    private final JsonFile config;
    private final Family family;

    HuggingFaceConfiguration(JsonFile config) {
        this.config = config;
        String architecture = config.array("architectures")
                .filter(names -> names.size() == 1 && names.get(0) instanceof JsonPrimitive)
                .map(names -> names.get(0).getAsString())
                .orElseThrow(() -> config.wrong("architectures", "must name one architecture"));
        this.family = Family.ofArchitecture(architecture)
                .orElseThrow(() -> config.wrong(
                        "architectures",
                        "is " + architecture + "; supported are "
                                + Stream.of(Family.values())
                                        .map(Family::architecture)
                                        .toList()));
    }

    Family family() {
        return family;
    }

    /** Whether the embedding table serves as the head. */
    boolean tied() {
        return config.bool("tie_word_embeddings").orElse(false);
    }

    /**
     * @param displayName the model's name
     * @throws ModelFormatException naming the key that is missing, absurd or not supported
     */
    ModelConfig read(String displayName) {
        refuse("quantization_config", config.find("quantization_config").isPresent());
        refuse("hidden_act", !config.string("hidden_act").orElse("silu").equals("silu"));
        refuse("mlp_bias", config.bool("mlp_bias").orElse(false));
        refuse("attention_bias", config.bool("attention_bias").orElse(false) && !family.attentionBiases());
        refuse("partial_rotary_factor", config.number("partial_rotary_factor").orElse(1.0) != 1.0);
        int hidden = required("hidden_size", ModelLimits.HIDDEN);
        int heads = required("num_attention_heads", ModelLimits.HEADS);
        int headDim = optional("head_dim", ModelLimits.HEAD_DIM).orElse(hidden / heads);
        ModelLimits.checkHeadDim(config.file(), headDim);
        return ModelLimits.checked(
                config.file(),
                new ModelConfig(
                        family.label(),
                        displayName,
                        required("vocab_size", ModelLimits.VOCABULARY),
                        hidden,
                        required("intermediate_size", ModelLimits.FEED_FORWARD),
                        required("num_hidden_layers", ModelLimits.LAYERS),
                        heads,
                        optional("num_key_value_heads", ModelLimits.HEADS).orElse(heads),
                        headDim,
                        config.require("rms_norm_eps", config.number("rms_norm_eps"))
                                .floatValue(),
                        new Rope(frequencies(headDim), Rope.Pairing.HALVES),
                        context()));
    }

    /** Within a sliding window every token sees all before it, as this engine computes it; beyond it we do not go. */
    private int context() {
        int context = required("max_position_embeddings", ModelLimits.CONTEXT);
        boolean slides = config.bool("use_sliding_window").orElse(family == Family.MISTRAL);
        return slides
                ? Math.min(
                        context, optional("sliding_window", ModelLimits.CONTEXT).orElse(context))
                : context;
    }

    /**
     * The rotary frequencies. Newer files have all about them in {@code rope_parameters}, older ones {@code rope_theta}
     * beside {@code rope_scaling}, and still older ones its kind in {@code type}.
     */
    private float[] frequencies(int headDim) {
        JsonFile parameters = config.object("rope_parameters")
                .or(() -> config.object("rope_scaling"))
                .orElse(new JsonFile(config.file(), "", new JsonObject()));
        double base = parameters
                .number("rope_theta")
                .or(() -> config.number("rope_theta"))
                .orElse(DEFAULT_ROPE_BASE);
        ModelLimits.checkPositive(config.file(), "rope_theta", base);
        refuse(
                "partial_rotary_factor",
                parameters.number("partial_rotary_factor").orElse(1.0) != 1.0);
        float[] frequencies = RopeFrequencies.plain(headDim, base);
        String kind = parameters
                .string("rope_type")
                .or(() -> parameters.string("type"))
                .orElse("default");
        return switch (kind) {
            case "default" -> frequencies;
            case "linear" -> RopeFrequencies.linear(frequencies, positive(parameters, "factor"));
            case "llama3" ->
                RopeFrequencies.llama3(
                        frequencies,
                        positive(parameters, "factor"),
                        positive(parameters, "low_freq_factor"),
                        positive(parameters, "high_freq_factor"),
                        positive(parameters, "original_max_position_embeddings"));
            default -> throw parameters.wrong("rope_type", "is " + kind + "; default, linear and llama3 are supported");
        };
    }

    private static double positive(JsonFile parameters, String key) {
        double value = parameters.require(key, parameters.number(key));
        ModelLimits.checkPositive(parameters.file(), parameters.prefix() + key, value);
        return value;
    }

    private void refuse(String key, boolean condition) {
        if (condition) {
            JsonElement value = config.find(key).orElse(new JsonPrimitive("set"));
            throw config.wrong(key, "is " + value + ": not supported");
        }
    }

    private int required(String key, int limit) {
        return config.require(key, optional(key, limit));
    }

    private Optional<Integer> optional(String key, int limit) {
        return config.integer(key, 1, limit);
    }
}
