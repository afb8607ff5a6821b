package io.intramuros.kernels.cuda;

import io.intramuros.kernels.cuda.driver.DeviceBuffer;
import io.intramuros.kernels.cuda.driver.GpuContext;
import io.intramuros.kernels.cuda.driver.GpuEvent;
import io.intramuros.kernels.cuda.driver.GpuStream;
import io.intramuros.kernels.cuda.driver.KernelArguments;
import io.intramuros.kernels.cuda.driver.PinnedBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * For GPUs that don't reach each other's memory: every rank copies the others' parts, which the driver takes through the
 * host, and then adds them up by itself. The ranks' threads meet before, so that each part's mark has been set when
 * another rank's queue waits for it.
 */
final class PulledAllReduce extends AllReduce {
    private final Rendezvous rendezvous;
    private final GpuEvent[] written = new GpuEvent[SETS];
    private final DeviceBuffer[] copies;
    private final DeviceBuffer addresses;
    private final PinnedBuffer staging;
    private List<PulledAllReduce> all = List.of();

    PulledAllReduce(
            GpuContext context, Rendezvous rendezvous, int rank, int ranks, int blocks, int maxRows, int maxColumns) {
        super(context, rank, blocks, maxRows, maxColumns);
        this.rendezvous = rendezvous;
        copies = new DeviceBuffer[ranks];
        for (int i = 0; i < ranks; i++) {
            copies[i] = i == rank ? null : context.allocate(partBytes());
        }
        for (int set = 0; set < SETS; set++) {
            written[set] = context.event();
        }
        addresses = context.allocate(addressBytes(ranks));
        staging = new PinnedBuffer(addresses.bytes());
    }

    /** What its buffers take of a GPU. */
    static long bytes(int ranks, int maxRows, int maxColumns) {
        return commonBytes(maxRows, maxColumns)
                + (ranks - 1) * DeviceBuffer.charged(partBytes(maxRows, maxColumns))
                + DeviceBuffer.charged(addressBytes(ranks));
    }

    private static long addressBytes(int ranks) {
        return (long) SETS * ranks * Long.BYTES;
    }

    @Override
    int ranks() {
        return copies.length;
    }

    @Override
    void connect(GpuStream stream, List<AllReduce> ranks) {
        all = ranks.stream().map(PulledAllReduce.class::cast).toList();
        List<DeviceBuffer> buffers = new ArrayList<>();
        for (int set = 0; set < SETS; set++) {
            for (int i = 0; i < copies.length; i++) {
                buffers.add(i == rank() ? part(set) : copies[i]);
            }
        }
        sendAddresses(stream, buffers, staging, addresses);
    }

    @Override
    void gather(Launcher launcher, int set, long bytes) {
        GpuStream stream = launcher.stream();
        stream.record(written[set]);
        rendezvous.meet();
        for (int i = 0; i < copies.length; i++) {
            if (i != rank()) {
                stream.await(all.get(i).written[set]);
                stream.copy(all.get(i).part(set), 0, copies[i], 0, bytes);
                // Written here; and as much of this GPU's memory is read for the other rank's copy.
                launcher.note("copy_part", () -> new Traffic(0, 2 * bytes, 0, 0, 0));
            }
        }
    }

    @Override
    long addresses(int set) {
        return addresses.address() + (long) set * copies.length * Long.BYTES;
    }

    @Override
    KernelArguments putFlags(KernelArguments arguments) {
        return arguments.address(0).address(0).number(rank()).number(copies.length);
    }

    @Override
    void putAbort(KernelArguments arguments) {
        arguments.address(0);
    }

    @Override
    boolean capturable() {
        return false;
    }

    @Override
    void abort() {
        rendezvous.abort();
    }

    @Override
    public void free() {
        super.free();
        for (DeviceBuffer copy : copies) {
            if (copy != null) {
                copy.free();
            }
        }
        addresses.free();
        staging.close();
    }
}
