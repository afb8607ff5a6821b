package io.intramuros.kernels.vector;

import io.intramuros.kernels.HostTensor;
import io.intramuros.kernels.TensorType;
import io.intramuros.kernels.Weight;
import java.lang.foreign.MemorySegment;

/**
 * A weight left where it is, usually in a mapped file.
 *
 * <p>The kernels take rows in quads: row {@code i} with rows {@code i + quads}, {@code i + 2·quads} and
 * {@code i + 3·quads}. So a thread reads four long streams at once; four neighbouring rows would be one stream that the
 * CPU's prefetchers follow at half the speed (measured: 10 against 25 GB/s per thread for rows of 1152 bytes).
 *
 * @param name the tensor's name, for messages
 * @param type how the values are stored
 * @param rows outputs
 * @param columns inputs
 * @param rowBytes bytes from one row to the next
 * @param data native memory, little-endian, of any alignment
 * @param vector the values, where there is one row: a bias or a gain; else {@code null}
 */
record VectorWeight(
        String name, TensorType type, int rows, int columns, long rowBytes, MemorySegment data, float[] vector)
        implements Weight {
    /** Describes a tensor at {@code data}. */
    static VectorWeight of(HostTensor tensor, MemorySegment data) {
        boolean single = tensor.rows() == 1;
        VectorWeight weight = new VectorWeight(
                tensor.name(),
                tensor.type(),
                tensor.rows(),
                tensor.columns(),
                tensor.type().rowBytes(tensor.columns()),
                data,
                single ? new float[tensor.columns()] : null);
        if (single) {
            Dequantiser.row(weight, 0, weight.vector, 0);
        }
        return weight;
    }

    /** The values of a bias or a gain, {@code null} for {@code null}. */
    static float[] vector(Weight weight) {
        return weight == null ? null : ((VectorWeight) weight).vector;
    }

    /** Whether the kernels take this weight's columns in {@link PairedOrder}. */
    boolean paired() {
        return type == TensorType.BF16 && columns % PairedOrder.COLUMNS == 0;
    }

    /** Quads of rows; the last rows of the last quads may be missing. */
    int quads() {
        return (rows + 3) >> 2;
    }

    /** Row {@code j} of quad {@code quad}; not less than {@link #rows} if it is missing. */
    int row(int quad, int j) {
        return quad + j * quads();
    }

    /** Where a row begins; a missing row stands for the last, and its result is left unused. */
    long offset(int row) {
        return Math.min(row, rows - 1) * rowBytes;
    }
}
