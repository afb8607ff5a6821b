package io.intramuros.engine.model;

import io.intramuros.kernels.Rope;
import java.util.Arrays;
import java.util.Optional;

/**
 * What tells the families of decoders apart that this engine runs. All of them are pre-norm decoders with RMS norms,
 * rotary positions, grouped attention and a SiLU-gated feed-forward layer; the rest is here.
 */
enum Family {
    LLAMA("llama", "LlamaForCausalLM", Rope.Pairing.NEIGHBOURS, false, false),
    /** As Llama; its GGUF files call themselves {@code llama}. */
    MISTRAL("mistral", "MistralForCausalLM", Rope.Pairing.NEIGHBOURS, false, false),
    QWEN2("qwen2", "Qwen2ForCausalLM", Rope.Pairing.HALVES, true, false),
    QWEN3("qwen3", "Qwen3ForCausalLM", Rope.Pairing.HALVES, false, true);

    private final String label;
    private final String architecture;
    private final Rope.Pairing ggufPairing;
    private final boolean attentionBiases;
    private final boolean headNorms;

    Family(String label, String architecture, Rope.Pairing ggufPairing, boolean attentionBiases, boolean headNorms) {
        this.label = label;
        this.architecture = architecture;
        this.ggufPairing = ggufPairing;
        this.attentionBiases = attentionBiases;
        this.headNorms = headNorms;
    }

    /** The name in GGUF files ({@code general.architecture}), on model cards and in messages. */
    String label() {
        return label;
    }

    /** The name in a Hugging Face {@code config.json}. */
    String architecture() {
        return architecture;
    }

    /** How GGUF files order the rows of queries and keys. Hugging Face's files are always in halves. */
    Rope.Pairing ggufPairing() {
        return ggufPairing;
    }

    /** Whether query, key and value have biases. */
    boolean attentionBiases() {
        return attentionBiases;
    }

    /** Whether queries and keys are normalised head by head. */
    boolean headNorms() {
        return headNorms;
    }

    static Optional<Family> ofLabel(String label) {
        return Arrays.stream(values()).filter(f -> f.label.equals(label)).findFirst();
    }

    static Optional<Family> ofArchitecture(String architecture) {
        return Arrays.stream(values())
                .filter(f -> f.architecture.equals(architecture))
                .findFirst();
    }
}
