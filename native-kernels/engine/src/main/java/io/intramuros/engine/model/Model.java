package io.intramuros.engine.model;

import io.intramuros.engine.template.ChatTemplate;
import io.intramuros.engine.tokenizer.Tokenizer;
import java.util.Optional;

/**
 * An opened model: checked, mapped, complete. Closing it unmaps the weights; every backend that was given its tensors
 * must be closed before.
 */
public interface Model extends AutoCloseable {
    ModelConfig config();

    DecoderTensors tensors();

    Tokenizer tokenizer();

    /** The model's chat template; empty for a base model without one. */
    Optional<ChatTemplate> chatTemplate();

    /** Number of weights. */
    long parameters();

    /** What the weights are stored in, most common matrix type first, such as {@code BF16} or {@code Q4_1}. */
    String precision();

    /** Whether any matrix is of a quantised type. */
    boolean quantised();

    /** SHA-256 over the weights' files, {@code sha256:…}; computed once per unchanged file and remembered. */
    String digest();

    @Override
    void close();
}
