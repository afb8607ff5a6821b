package io.intramuros.engine.model;

import io.intramuros.kernels.HostTensor;
import io.intramuros.kernels.TensorType;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A tensor as a file describes it, its place in the file checked.
 *
 * @param file where it lies
 * @param name its name there
 * @param type how its values are stored
 * @param shape its dimensions, slowest first: {@code [rows, columns]} for a matrix
 * @param data exactly its bytes, mapped
 */
record StoredTensor(Path file, String name, TensorType type, long[] shape, MemorySegment data) {
    /** Number of values. */
    long values() {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }

    /**
     * This tensor as a matrix of just that shape; a vector has one row.
     *
     * @throws ModelFormatException if its shape is another
     */
    HostTensor as(int rows, int columns) {
        boolean matches = shape.length == 2
                ? shape[0] == rows && shape[1] == columns
                : shape.length == 1 && rows == 1 && shape[0] == columns;
        if (!matches) {
            String expected = rows == 1 ? "[" + columns + "]" : "[" + rows + ", " + columns + "]";
            throw new ModelFormatException(
                    file,
                    name,
                    "has the shape " + Arrays.toString(shape) + ", the model's configuration asks for " + expected);
        }
        return new HostTensor(name, type, rows, columns, data);
    }
}
