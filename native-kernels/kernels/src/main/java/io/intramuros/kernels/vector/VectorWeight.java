package io.intramuros.kernels.vector;

import io.intramuros.kernels.TensorType;
import io.intramuros.kernels.Weight;
import java.lang.foreign.MemorySegment;

/**
 * A weight left where it is, usually in a mapped file.
 *
 * @param name the tensor's name, for messages
 * @param type how the values are stored
 * @param rows outputs
 * @param columns inputs
 * @param rowBytes bytes from one row to the next
 * @param data native memory, little-endian, of any alignment
 */
record VectorWeight(String name, TensorType type, int rows, int columns, long rowBytes, MemorySegment data)
        implements Weight {}
