package io.intramuros.kernels.cuda;

import io.intramuros.kernels.cuda.driver.DeviceBuffer;
import io.intramuros.kernels.cuda.driver.GpuContext;
import io.intramuros.kernels.cuda.driver.LaunchShape;

/**
 * Rows of activations as the tensor cores want them: normalised, and rounded to one BF16 number each, or to two that
 * together are nearly what FP32 was. Rows are filled up with zeros to whole 16 bytes.
 */
final class PreparedRows {
    private static final int THREADS = 256;
    private static final int BF16_BYTES = 2;

    /** Columns are prepared in whole 16 bytes. */
    private static final int PIECE_VALUES = 8;

    private final int maxRows;
    private final int maxColumns;
    private final DeviceBuffer values;

    /**
     * What lies there.
     *
     * @param first address of BF16 {@code [rows, padded columns]}
     * @param second address of what rounding lost, in the same shape, or 0
     */
    record Parts(long first, long second) {}

    PreparedRows(GpuContext context, int maxRows, int maxColumns) {
        this.maxRows = maxRows;
        this.maxColumns = maxColumns;
        values = context.allocate(valueBytes(maxRows, maxColumns));
    }

    /** What its buffer takes of a GPU. */
    static long bytes(int maxRows, int maxColumns) {
        return DeviceBuffer.charged(valueBytes(maxRows, maxColumns));
    }

    private static long valueBytes(int maxRows, int maxColumns) {
        return 2L * maxRows * padded(maxColumns) * BF16_BYTES;
    }

    boolean serves(int rows, int columns) {
        return rows <= maxRows && columns <= maxColumns;
    }

    void free() {
        values.free();
    }

    /** Columns with their filling. */
    static int padded(int columns) {
        return Math.ceilDiv(columns, PIECE_VALUES) * PIECE_VALUES;
    }

    /**
     * Prepares rows; until the next call they lie there.
     *
     * @param parts how many BF16 numbers an activation becomes, 1 or 2
     */
    Parts prepare(Launcher launcher, ProjectionInput in, int parts) {
        long first = values.address();
        long second = parts == 2 ? first + (long) in.rows() * padded(in.columns()) * BF16_BYTES : 0;
        launcher.arguments()
                .address(in.address())
                .address(in.rowIndex())
                .number(in.columns())
                .address(in.gain())
                .number(in.epsilon())
                .address(first)
                .address(second);
        launcher.launch("prepare_rows", LaunchShape.of(in.rows(), THREADS), () -> {
            long gain = in.gain() == 0 ? 0 : (long) in.columns() * Float.BYTES;
            long read = (long) in.rows() * in.columns() * Float.BYTES;
            return new Traffic(0, read + usedBytes(in, parts), 0, gain, 0);
        });
        return new Parts(first, second);
    }

    /** Bytes of what is prepared. */
    static long usedBytes(ProjectionInput in, int parts) {
        return (long) parts * in.rows() * padded(in.columns()) * BF16_BYTES;
    }
}
