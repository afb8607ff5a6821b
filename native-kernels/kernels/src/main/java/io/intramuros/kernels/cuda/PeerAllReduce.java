package io.intramuros.kernels.cuda;

import io.intramuros.kernels.cuda.driver.DeviceBuffer;
import io.intramuros.kernels.cuda.driver.GpuContext;
import io.intramuros.kernels.cuda.driver.GpuStream;
import io.intramuros.kernels.cuda.driver.KernelArguments;
import io.intramuros.kernels.cuda.driver.PinnedBuffer;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** Reads the other ranks' parts over peer memory in one step; ranks wait for each other by flags, on the GPUs alone. */
final class PeerAllReduce extends AllReduce {
    private static final long ADDRESS_BYTES = (SETS + 1L) * MOST_RANKS * Long.BYTES;

    private final DeviceBuffer flags;
    private final DeviceBuffer counts;
    private final DeviceBuffer addresses;
    private final PinnedBuffer staging;
    private final PinnedBuffer abort;
    private final long abortAddress;
    private int ranks;

    PeerAllReduce(GpuContext context, GpuStream stream, int rank, int blocks, int maxRows, int maxColumns) {
        super(context, rank, blocks, maxRows, maxColumns);
        flags = context.allocate(flagBytes(blocks));
        counts = context.allocate(countBytes(blocks));
        addresses = context.allocate(ADDRESS_BYTES);
        staging = new PinnedBuffer(addresses.bytes());
        abort = new PinnedBuffer(Integer.BYTES);
        abort.memory().set(ValueLayout.JAVA_INT, 0, 0);
        abortAddress = abort.deviceAddress();
        stream.zero(flags, 0, flags.bytes());
        stream.zero(counts, 0, counts.bytes());
        stream.synchronize();
    }

    /** What its buffers take of a GPU. */
    static long bytes(int blocks, int maxRows, int maxColumns) {
        return commonBytes(maxRows, maxColumns)
                + DeviceBuffer.charged(flagBytes(blocks), countBytes(blocks), ADDRESS_BYTES);
    }

    private static long flagBytes(int blocks) {
        return (long) blocks * MOST_RANKS * Integer.BYTES;
    }

    private static long countBytes(int blocks) {
        return (long) blocks * Integer.BYTES;
    }

    @Override
    int ranks() {
        return ranks;
    }

    @Override
    void connect(GpuStream stream, List<AllReduce> all) {
        ranks = all.size();
        List<DeviceBuffer> buffers = new ArrayList<>();
        for (int set = 0; set < SETS; set++) {
            for (AllReduce other : all) {
                buffers.add(other.part(set));
            }
        }
        for (AllReduce other : all) {
            buffers.add(((PeerAllReduce) other).flags);
        }
        sendAddresses(stream, buffers, staging, addresses);
    }

    @Override
    void gather(Launcher launcher, int set, long bytes) {
        // The kernel reads them where they are.
    }

    @Override
    long addresses(int set) {
        return addresses.address() + (long) set * ranks * Long.BYTES;
    }

    @Override
    KernelArguments putFlags(KernelArguments arguments) {
        return arguments
                .address(addresses(SETS))
                .address(counts.address())
                .number(rank())
                .number(ranks);
    }

    @Override
    void putAbort(KernelArguments arguments) {
        arguments.address(abortAddress);
    }

    @Override
    boolean capturable() {
        return true;
    }

    @Override
    void abort() {
        abort.memory().set(ValueLayout.JAVA_INT, 0, 1);
    }

    @Override
    public void free() {
        super.free();
        flags.free();
        counts.free();
        addresses.free();
        staging.close();
        abort.close();
    }
}
