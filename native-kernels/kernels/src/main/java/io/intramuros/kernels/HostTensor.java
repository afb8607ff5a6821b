package io.intramuros.kernels;

import java.lang.foreign.MemorySegment;

/**
 * A weight tensor as it lies in host memory, usually a slice of a memory-mapped file. Row-major: {@code rows} rows of
 * {@code columns} values; a vector has one row. The segment's owner keeps it alive until every backend that was given
 * it is closed.
 *
 * @param name the tensor's name, for messages
 * @param type how the values are stored
 * @param rows rows, the outputs of a linear layer
 * @param columns columns, the inputs of a linear layer
 * @param data exactly {@code rows × type.rowBytes(columns)} bytes, little-endian, of any alignment
 */
public record HostTensor(String name, TensorType type, int rows, int columns, MemorySegment data) {
    public HostTensor {
        long expected = Math.multiplyExact(rows, type.rowBytes(columns));
        if (data.byteSize() != expected) {
            throw new IllegalArgumentException("tensor " + name + " [" + rows + ", " + columns + "] of " + type
                    + " needs " + expected + " bytes, not " + data.byteSize());
        }
    }
}
