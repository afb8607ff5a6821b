package io.intramuros.kernels.cuda;

import io.intramuros.kernels.Activations;
import io.intramuros.kernels.cuda.driver.DeviceBuffer;
import java.util.Arrays;

/**
 * Activations on all ranks, FP32, one row after the other. Either each rank has all columns, or each has those that its
 * share of the weights made of them.
 */
final class CudaActivations implements Activations {
    private final int maxRows;
    private final int columns;
    private final DeviceBuffer[] buffers;
    private final int[] widths;
    private boolean divided;

    CudaActivations(int maxRows, int columns, DeviceBuffer[] buffers) {
        this.maxRows = maxRows;
        this.columns = columns;
        this.buffers = buffers;
        widths = new int[buffers.length];
        Arrays.fill(widths, columns);
    }

    /** What a rank needs. */
    static long bytes(int maxRows, int columns) {
        return (long) maxRows * columns * Float.BYTES;
    }

    @Override
    public int maxRows() {
        return maxRows;
    }

    @Override
    public int columns() {
        return columns;
    }

    DeviceBuffer buffer(int rank) {
        return buffers[rank];
    }

    long address(int rank) {
        return buffers[rank].address();
    }

    /** Columns that a rank has, which is also the distance of its rows. */
    int width(int rank) {
        return widths[rank];
    }

    boolean divided() {
        return divided;
    }

    /** Notes that each rank has the columns that rows of this weight are for. */
    void shapeLike(CudaWeight weight) {
        divided = weight.divided();
        for (int rank = 0; rank < widths.length; rank++) {
            widths[rank] = weight.rowsOf(rank);
        }
    }

    /** Notes that each rank has as many columns as of the other. */
    void shapeLike(CudaActivations other) {
        divided = other.divided;
        System.arraycopy(other.widths, 0, widths, 0, widths.length);
    }

    /** Notes that each rank has all columns. */
    void shapeWhole() {
        divided = false;
        Arrays.fill(widths, columns);
    }
}
