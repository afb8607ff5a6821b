package io.intramuros.kernels;

/** A weight tensor where a backend wants it. Made by {@link Backend#weight} and valid until that backend is closed. */
public interface Weight {
    /** How the values are stored on the device. */
    TensorType type();

    /** Outputs of the linear layer. */
    int rows();

    /** Inputs of the linear layer. */
    int columns();
}
