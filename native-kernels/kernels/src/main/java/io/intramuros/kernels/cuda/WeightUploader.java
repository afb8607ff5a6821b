package io.intramuros.kernels.cuda;

import io.intramuros.kernels.HostTensor;
import io.intramuros.kernels.cuda.driver.DeviceBuffer;
import io.intramuros.kernels.cuda.driver.GpuContext;
import io.intramuros.kernels.cuda.driver.GpuEvent;
import io.intramuros.kernels.cuda.driver.GpuStream;
import io.intramuros.kernels.cuda.driver.PinnedBuffer;
import java.lang.foreign.MemorySegment;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Brings weights from mapped files to one GPU, through two pinned buffers by turns: while one is on its way, the next rows
 * are read from the file. Every rank has one, so that several GPUs load side by side.
 */
final class WeightUploader {
    /** Large enough for the bus to be busy, small enough that pinning it takes no time. */
    private static final long CHUNK_BYTES = 16L << 20;

    private static final int BUFFERS = 2;

    /** What a thread reads at once, and how many read at the same time. */
    private static final long LEAST_PIECE_BYTES = 1L << 20;

    private static final int MOST_PIECES = 8;

    /** From so many bytes on, a copy takes as long as the bus needs, and not as its beginning and end do. */
    private static final long LEAST_MEASURED_BYTES = 4L << 20;

    private final GpuContext context;
    private final int rank;
    private final GpuStream stream;
    private final PinnedBuffer[] staging = new PinnedBuffer[BUFFERS];
    private final GpuEvent[] copied = new GpuEvent[BUFFERS];
    private final boolean[] used = new boolean[BUFFERS];
    private int turn;
    private boolean sending;

    WeightUploader(GpuContext context, int rank) {
        this.context = context;
        this.rank = rank;
        stream = context.stream();
        for (int i = 0; i < BUFFERS; i++) {
            staging[i] = new PinnedBuffer(CHUNK_BYTES);
            copied[i] = context.event();
        }
    }

    /** This rank's share of a tensor, laid out for the kernels. */
    void matrix(HostTensor tensor, CudaWeight weight, DeviceBuffer to, long offset) {
        int rows = weight.rowsOf(rank);
        long rowBytes = weight.format().rowBytes(weight.columnsOf(rank));
        if (rowBytes == 0) {
            return;
        }
        if (rowBytes > CHUNK_BYTES) {
            throw new IllegalArgumentException("a row of the tensor " + tensor.name() + " has " + rowBytes
                    + " bytes; at most " + CHUNK_BYTES + " can be placed on a GPU");
        }
        int rowsPerChunk = (int) (CHUNK_BYTES / rowBytes);
        for (int row = 0; row < rows; row += rowsPerChunk) {
            int count = Math.min(rowsPerChunk, rows - row);
            int slot = next();
            fill(tensor, weight, row, count, staging[slot].memory().asSlice(0, count * rowBytes));
            send(slot, to, offset + row * rowBytes, count * rowBytes);
        }
    }

    /** By several threads, so that a disk is asked for more than one place at a time. */
    private void fill(HostTensor tensor, CudaWeight weight, int firstRow, int rows, MemorySegment to) {
        long rowBytes = to.byteSize() / rows;
        int pieces = Math.clamp(to.byteSize() / LEAST_PIECE_BYTES, 1, Math.min(rows, MOST_PIECES));
        IntStream.range(0, pieces).parallel().forEach(piece -> {
            int begin = (int) ((long) rows * piece / pieces);
            int end = (int) ((long) rows * (piece + 1) / pieces);
            weight.fill(
                    tensor,
                    rank,
                    firstRow + begin,
                    end - begin,
                    to.asSlice(begin * rowBytes, (end - begin) * rowBytes));
        });
    }

    /** This rank's share of a tensor of one row, as FP32. */
    void vector(HostTensor tensor, CudaWeight weight, DeviceBuffer to, long offset) {
        int slot = next();
        weight.fillVector(tensor, rank, staging[slot].memory());
        send(slot, to, offset, weight.vectorBytes(rank));
    }

    /** Bytes a second that come into a buffer, measured by a copy; empty if it is too small to tell. */
    OptionalDouble rate(DeviceBuffer to) {
        if (to.bytes() < LEAST_MEASURED_BYTES) {
            return OptionalDouble.empty();
        }
        long bytes = Math.min(CHUNK_BYTES, to.bytes());
        GpuEvent begin = context.timedEvent();
        GpuEvent end = context.timedEvent();
        // The first copy wakes the bus.
        stream.copyIn(staging[0], 0, to, 0, bytes);
        stream.record(begin);
        stream.copyIn(staging[0], 0, to, 0, bytes);
        stream.record(end);
        stream.synchronize();
        float millis = end.millisSince(begin);
        return millis > 0 ? OptionalDouble.of(bytes * 1000.0 / millis) : OptionalDouble.empty();
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

    /** Gives the pinned memory back. */
    void close() {
        for (PinnedBuffer buffer : staging) {
            buffer.close();
        }
    }
}
