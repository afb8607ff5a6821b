package io.intramuros.kernels.cuda;

import io.intramuros.kernels.cuda.driver.DeviceBuffer;
import io.intramuros.kernels.cuda.driver.GpuContext;
import io.intramuros.kernels.cuda.driver.GpuStream;
import io.intramuros.kernels.cuda.driver.PinnedBuffer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Tries whether bytes arrive between GPUs that reach each other's memory, as one GPU sees it. A driver may say that they
 * do where the machine's IOMMU or its switches change or lose what they send, which every sum over the GPUs would
 * believe.
 */
final class PeerTrial implements AutoCloseable {
    /** More than a packet and a page. */
    private static final int BYTES = 64 << 10;

    private final int rank;
    private final GpuStream stream;
    private final DeviceBuffer sent;
    private final DeviceBuffer received;
    private final PinnedBuffer host = new PinnedBuffer(BYTES);

    /** Leaves bytes for the others to fetch; they are there when it returns. */
    PeerTrial(GpuContext context, GpuStream stream, int rank) {
        this.rank = rank;
        this.stream = stream;
        sent = context.allocate(BYTES);
        received = context.allocate(BYTES);
        MemorySegment memory = host.memory();
        for (int i = 0; i < BYTES; i++) {
            memory.set(ValueLayout.JAVA_BYTE, i, pattern(rank, i));
        }
        stream.copyIn(host, 0, sent, 0, BYTES);
        stream.synchronize();
    }

    /**
     * Whether what each of the others left arrives here. A GPU that doesn't even keep its own bytes, as one does that only
     * counts what it is asked for, can't try.
     */
    boolean succeeds(List<PeerTrial> all) {
        return !arrives(this) || all.stream().filter(other -> other != this).allMatch(this::arrives);
    }

    private boolean arrives(PeerTrial from) {
        host.memory().fill((byte) 0);
        stream.copy(from.sent, 0, received, 0, BYTES);
        stream.copyOut(received, 0, host, 0, BYTES);
        stream.synchronize();
        for (int i = 0; i < BYTES; i++) {
            if (host.memory().get(ValueLayout.JAVA_BYTE, i) != pattern(from.rank, i)) {
                return false;
            }
        }
        return true;
    }

    private static byte pattern(int rank, int i) {
        return (byte) (i + (i >> 8) + 37 * (rank + 1));
    }

    @Override
    public void close() {
        sent.free();
        received.free();
        host.close();
    }
}
