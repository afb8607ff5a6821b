package io.intramuros.kernels.cuda;

import io.intramuros.kernels.HostTensor;
import io.intramuros.kernels.cuda.driver.DeviceBuffer;
import io.intramuros.kernels.cuda.driver.GpuContext;
import io.intramuros.kernels.cuda.driver.GpuEvent;
import io.intramuros.kernels.cuda.driver.GpuStream;
import io.intramuros.kernels.cuda.driver.PinnedBuffer;
import java.lang.foreign.MemorySegment;

/**
 * Brings weights from mapped files to one GPU, through two pinned buffers by turns: while one is on its way, the next rows
 * are read from the file. Every rank has one, so that several GPUs load side by side.
 */
final class WeightUploader {
    /** Large enough for the bus to be busy, small enough that pinning it takes no time. */
    private static final long CHUNK_BYTES = 16L << 20;

    private static final int BUFFERS = 2;

    private final GpuContext context;
    private final GpuStream stream;
    private final PinnedBuffer[] staging = new PinnedBuffer[BUFFERS];
    private final GpuEvent[] copied = new GpuEvent[BUFFERS];
    private final boolean[] used = new boolean[BUFFERS];
    private int turn;
    private boolean sending;

    WeightUploader(GpuContext context) {
        this.context = context;
        stream = context.stream();
        for (int i = 0; i < BUFFERS; i++) {
            staging[i] = new PinnedBuffer(CHUNK_BYTES);
            copied[i] = context.event();
        }
    }

    /** Rows and columns of a tensor, laid out for the kernels. */
    DeviceBuffer matrix(HostTensor tensor, int firstRow, int rows, int firstColumn, int columns) {
        WeightFormat format = WeightFormat.of(tensor.type());
        long rowBytes = format.rowBytes(columns);
        DeviceBuffer buffer = context.allocate(Math.max(1, rows * rowBytes));
        if (columns == 0) {
            return buffer;
        }
        if (rowBytes > CHUNK_BYTES) {
            throw new IllegalArgumentException("a row of the tensor " + tensor.name() + " has " + rowBytes
                    + " bytes; at most " + CHUNK_BYTES + " can be placed on a GPU");
        }
        int rowsPerChunk = (int) (CHUNK_BYTES / rowBytes);
        for (int row = 0; row < rows; row += rowsPerChunk) {
            int count = Math.min(rowsPerChunk, rows - row);
            int slot = next();
            MemorySegment to = staging[slot].memory().asSlice(0, count * rowBytes);
            format.fill(tensor, firstRow + row, count, firstColumn, columns, to);
            send(slot, buffer, row * rowBytes, count * rowBytes);
        }
        return buffer;
    }

    /** Columns of a tensor of one row, as FP32. */
    DeviceBuffer vector(HostTensor tensor, int firstColumn, int columns) {
        DeviceBuffer buffer = context.allocate(Math.max(1, (long) columns * Float.BYTES));
        int slot = next();
        HostVectors.widen(tensor, firstColumn, columns, staging[slot].memory());
        send(slot, buffer, 0, (long) columns * Float.BYTES);
        return buffer;
    }

    private int next() {
        int slot = turn;
        turn = (turn + 1) % BUFFERS;
        if (used[slot]) {
            copied[slot].synchronize();
        }
        used[slot] = true;
        return slot;
    }

    private void send(int slot, DeviceBuffer to, long offset, long bytes) {
        stream.copyIn(staging[slot], 0, to, offset, bytes);
        stream.record(copied[slot]);
        sending = true;
    }

    /** Waits until everything has arrived; at once, if nothing was sent since the last time. */
    void settle() {
        if (sending) {
            stream.synchronize();
            sending = false;
        }
    }
}
