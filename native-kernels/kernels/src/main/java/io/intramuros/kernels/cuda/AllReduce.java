package io.intramuros.kernels.cuda;

import io.intramuros.kernels.cuda.driver.DeviceBuffer;
import io.intramuros.kernels.cuda.driver.GpuContext;
import io.intramuros.kernels.cuda.driver.GpuStream;
import io.intramuros.kernels.cuda.driver.KernelArguments;
import io.intramuros.kernels.cuda.driver.LaunchShape;
import io.intramuros.kernels.cuda.driver.PinnedBuffer;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * The sum of all ranks' parts, added to the residual, by {@code all_reduce.cu}: one rank's side of it. Every rank adds in
 * the same order, so that all have the same residual to the bit. Two sets of parts are used by turns. How a rank comes to
 * the others' parts is the subclass's: {@link PeerAllReduce} reads them where they are, {@link PulledAllReduce} copies
 * them first.
 */
abstract sealed class AllReduce implements WorkspacePart permits PeerAllReduce, PulledAllReduce {
    private static final int THREADS = 256;
    private static final int SLICE = 4 * THREADS;

    /** The most ranks that the kernel knows; {@code kMaxDevices} there. */
    static final int MOST_RANKS = 8;

    static final int SETS = 2;

    private final int rank;
    private final int blocks;
    private final int maxRows;
    private final int maxColumns;
    private final DeviceBuffer[] parts = new DeviceBuffer[SETS];
    private final DeviceBuffer squares;
    private int set;

    /** @param blocks that run at once on every rank's GPU; the same on all */
    AllReduce(GpuContext context, int rank, int blocks, int maxRows, int maxColumns) {
        this.rank = rank;
        this.blocks = blocks;
        this.maxRows = maxRows;
        this.maxColumns = maxColumns;
        for (int i = 0; i < SETS; i++) {
            parts[i] = context.allocate(partBytes());
        }
        squares = context.allocate(squareBytes(maxRows, maxColumns));
    }

    /** Slices of a row whose squares are summed up on their own. */
    static int slices(int columns) {
        return Math.ceilDiv(columns, SLICE);
    }

    @Override
    public final boolean serves(Workspace need) {
        return need.maxRows() <= maxRows && need.maxColumns() <= maxColumns;
    }

    final long partBytes() {
        return partBytes(maxRows, maxColumns);
    }

    static long partBytes(int maxRows, int maxColumns) {
        return (long) maxRows * maxColumns * Float.BYTES;
    }

    private static long squareBytes(int maxRows, int maxColumns) {
        return (long) maxRows * slices(maxColumns) * Float.BYTES;
    }

    /** What the buffers of this class take of a GPU. */
    static long commonBytes(int maxRows, int maxColumns) {
        return SETS * DeviceBuffer.charged(partBytes(maxRows, maxColumns))
                + DeviceBuffer.charged(squareBytes(maxRows, maxColumns));
    }

    final int rank() {
        return rank;
    }

    final int blocks() {
        return blocks;
    }

    /** Begins a step with the first set, as a captured graph does. */
    final void begin() {
        set = 0;
    }

    /** Where this rank's part of the next sum goes. */
    final DeviceBuffer part() {
        return parts[set];
    }

    /** This rank's part in one of the sets. */
    final DeviceBuffer part(int set) {
        return parts[set];
    }

    /** Sums of squares of the rows that were summed last, {@code [rows, slices]}. */
    final long squares() {
        return squares.address();
    }

    /** {@code residual += } the sum of all parts, once every rank has written its own. */
    final void sum(Launcher launcher, long residual, int rows, int columns) {
        gather(launcher, set, (long) rows * columns * Float.BYTES);
        KernelArguments arguments = launcher.arguments().address(residual).address(addresses(set));
        putFlags(arguments).number(rows).number(columns).address(squares.address());
        putAbort(arguments);
        launcher.launch(
                "all_reduce_add",
                LaunchShape.of(Math.min(blocks, rows * slices(columns)), THREADS),
                () -> traffic(rows, columns));
        set = (set + 1) % SETS;
    }

    /** All ranks' parts are read, those of the others over the links; the residual is read and written. */
    private Traffic traffic(int rows, int columns) {
        return new Traffic(
                0,
                (ranks() + 2L) * rows * columns * Float.BYTES,
                0,
                (long) rows * slices(columns) * Float.BYTES,
                (ranks() + 2L) * rows * columns);
    }

    /** How many ranks add up their parts. */
    abstract int ranks();

    /** Makes the ranks known to each other; on this rank's thread, once all have been made. */
    abstract void connect(GpuStream stream, List<AllReduce> all);

    /** Has the first bytes of all ranks' parts of a set where the kernel reads them. */
    abstract void gather(Launcher launcher, int set, long bytes);

    /** Where the addresses of a set's parts stand, one per rank. */
    abstract long addresses(int set);

    /** Passes flags, counts, this rank and the number of ranks. */
    abstract KernelArguments putFlags(KernelArguments arguments);

    /** Passes the word that ends all waiting. */
    abstract void putAbort(KernelArguments arguments);

    /** Whether a sum can be captured and replayed. */
    abstract boolean capturable();

    /** Ends all waiting for other ranks: one of them has failed. From any thread. */
    abstract void abort();

    @Override
    public void free() {
        for (DeviceBuffer part : parts) {
            part.free();
        }
        squares.free();
    }

    /** Puts device addresses into memory of a GPU. */
    static void sendAddresses(GpuStream stream, List<DeviceBuffer> buffers, PinnedBuffer staging, DeviceBuffer to) {
        for (int i = 0; i < buffers.size(); i++) {
            staging.memory()
                    .set(
                            ValueLayout.JAVA_LONG,
                            (long) i * Long.BYTES,
                            buffers.get(i).address());
        }
        stream.copyIn(staging, 0, to, 0, (long) buffers.size() * Long.BYTES);
        stream.synchronize();
    }
}
