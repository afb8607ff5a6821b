package io.intramuros.kernels.cuda;

import io.intramuros.kernels.cuda.driver.DeviceBuffer;
import io.intramuros.kernels.cuda.driver.GpuContext;
import io.intramuros.kernels.cuda.driver.GpuStream;
import io.intramuros.kernels.cuda.driver.LaunchShape;
import io.intramuros.kernels.cuda.driver.PinnedBuffer;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * The sum of all ranks' parts over peer memory, by {@code all_reduce.cu}: one rank's side of it. Two sets of parts are
 * used by turns.
 */
final class AllReduce {
    private static final int THREADS = 256;
    private static final int SLICE = 4 * THREADS;
    private static final int SETS = 2;

    /** The most ranks that the kernel knows; {@code kMaxDevices} there. */
    static final int MOST_RANKS = 8;

    private final int rank;
    private final int blocks;
    private final int maxRows;
    private final int maxColumns;
    private final DeviceBuffer[] parts = new DeviceBuffer[SETS];
    private final DeviceBuffer flags;
    private final DeviceBuffer counts;
    private final DeviceBuffer squares;
    private final DeviceBuffer addresses;
    private final PinnedBuffer staging;
    private final PinnedBuffer abort;
    private final long abortAddress;
    private int ranks;
    private int set;

    /** @param blocks that run at once on every rank's GPU; the same on all */
    AllReduce(GpuContext context, GpuStream stream, int rank, int blocks, int maxRows, int maxColumns) {
        this.rank = rank;
        this.blocks = blocks;
        this.maxRows = maxRows;
        this.maxColumns = maxColumns;
        for (int i = 0; i < SETS; i++) {
            parts[i] = context.allocate((long) maxRows * maxColumns * Float.BYTES);
        }
        flags = context.allocate((long) blocks * MOST_RANKS * Integer.BYTES);
        counts = context.allocate((long) blocks * Integer.BYTES);
        squares = context.allocate((long) maxRows * slices(maxColumns) * Float.BYTES);
        addresses = context.allocate((SETS + 1L) * MOST_RANKS * Long.BYTES);
        staging = new PinnedBuffer(addresses.bytes());
        abort = new PinnedBuffer(Integer.BYTES);
        abort.memory().set(ValueLayout.JAVA_INT, 0, 0);
        abortAddress = abort.deviceAddress();
        stream.zero(flags, 0, flags.bytes());
        stream.zero(counts, 0, counts.bytes());
        stream.synchronize();
    }

    /** Slices of a row whose squares are summed up on their own. */
    static int slices(int columns) {
        return Math.ceilDiv(columns, SLICE);
    }

    boolean serves(int rows, int columns) {
        return rows <= maxRows && columns <= maxColumns;
    }

    void free() {
        for (DeviceBuffer part : parts) {
            part.free();
        }
        flags.free();
        counts.free();
        squares.free();
        addresses.free();
        staging.close();
        abort.close();
    }

    /** Makes the ranks known to each other; on this rank's thread, once all have been made. */
    void connect(GpuStream stream, List<AllReduce> all) {
        ranks = all.size();
        for (int set = 0; set < SETS; set++) {
            for (int r = 0; r < ranks; r++) {
                putAddress(set * MOST_RANKS + r, all.get(r).parts[set]);
            }
        }
        for (int r = 0; r < ranks; r++) {
            putAddress(SETS * MOST_RANKS + r, all.get(r).flags);
        }
        stream.copyIn(staging, 0, addresses, 0, addresses.bytes());
        stream.synchronize();
    }

    private void putAddress(int place, DeviceBuffer buffer) {
        staging.memory().set(ValueLayout.JAVA_LONG, (long) place * Long.BYTES, buffer.address());
    }

    /** Where this rank's part of the next sum goes. */
    DeviceBuffer part() {
        return parts[set];
    }

    /** Sums of squares of the rows that were summed last, {@code [rows, slices]}. */
    long squares() {
        return squares.address();
    }

    /** {@code residual += } the sum of all parts, once every rank has written its own. */
    void launch(Launcher launcher, long residual, int rows, int columns) {
        launcher.arguments()
                .address(residual)
                .address(addresses.address() + (long) set * MOST_RANKS * Long.BYTES)
                .address(addresses.address() + (long) SETS * MOST_RANKS * Long.BYTES)
                .address(counts.address())
                .number(rank)
                .number(ranks)
                .number(rows)
                .number(columns)
                .address(squares.address())
                .address(abortAddress);
        launcher.launch("all_reduce_add", LaunchShape.of(Math.min(blocks, rows * slices(columns)), THREADS));
        set = (set + 1) % SETS;
    }

    /** Begins a step with the first set, as a captured graph does. */
    void begin() {
        set = 0;
    }

    /** Ends all waiting for other ranks: one of them has failed. From any thread. */
    void abort() {
        abort.memory().set(ValueLayout.JAVA_INT, 0, 1);
    }
}
