package io.intramuros.kernels.cuda;

import io.intramuros.kernels.cuda.driver.CudaException;
import io.intramuros.kernels.cuda.driver.DeviceBuffer;
import io.intramuros.kernels.cuda.driver.GpuContext;
import io.intramuros.kernels.cuda.driver.GpuEvent;
import io.intramuros.kernels.cuda.driver.GpuStream;
import io.intramuros.kernels.cuda.driver.PinnedBuffer;
import java.util.List;

/**
 * Layers of one GPU that live in the host's pinned memory, laid out as the GPU wants them, and come to it when their turn
 * is near: into a few buffers by turns, by a queue of their own, round and round, so that the first ones of the next step
 * are on their way while the last ones of this step are computed. Computing waits until a layer has arrived; copying waits
 * until computing has left the buffer.
 */
final class LayerStream {
    private static final System.Logger LOG = System.getLogger(LayerStream.class.getName());

    private static final int NONE = -1;

    private final int rank;
    private final List<WeightGroup> layers;
    private final GpuStream compute;
    private final GpuStream copies;
    private final PinnedBuffer[] host;
    private final DeviceBuffer[] buffers;
    private final GpuEvent[] arrived;
    private final GpuEvent[] left;

    /** Layers that copies have been queued of; the n-th is layer {@code n % layers} and goes to buffer {@code n % buffers}. */
    private long fetched;

    /** Which of them is to be computed next, or is being computed. */
    private long turn;

    /** Which layer is being computed. */
    private int current = NONE;

    /** @param compute the queue that computes */
    LayerStream(GpuContext context, GpuStream compute, WeightPlacement placement, int rank) {
        this.rank = rank;
        this.compute = compute;
        layers = placement.streamed();
        copies = context.stream();
        buffers = new DeviceBuffer[placement.buffers()];
        arrived = new GpuEvent[buffers.length];
        left = new GpuEvent[buffers.length];
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = context.allocate(placement.bufferBytes(rank));
            arrived[i] = context.event();
            left[i] = context.event();
        }
        host = new PinnedBuffer[layers.size()];
        for (int i = 0; i < host.length; i++) {
            host[i] = new PinnedBuffer(layers.get(i).bytes(rank));
        }
    }

    boolean has(WeightGroup layer) {
        return layers.contains(layer);
    }

    /** The host's memory of a layer, to be filled before the first step. */
    PinnedBuffer host(WeightGroup layer) {
        return host[layers.indexOf(layer)];
    }

    /** A buffer that layers come into. */
    DeviceBuffer buffer() {
        return buffers[0];
    }

    /** Where a layer lies now; it is the one that has been entered. */
    long address(WeightGroup layer) {
        if (current == NONE || layers.get(current) != layer) {
            throw new IllegalStateException("a streamed layer is used before it was entered");
        }
        return buffers[buffer(turn)].address();
    }

    /** What is queued from now on belongs to this layer, streamed or not. */
    void enter(WeightGroup layer) {
        int index = layers.indexOf(layer);
        if (index == current) {
            return;
        }
        leave();
        if (index == NONE) {
            return;
        }
        if (turn % layers.size() != index) {
            // The last step ended in the midst of the layers: what was fetched ahead is of no use.
            turn = fetched + Math.floorMod(index - fetched, (long) layers.size());
            fetched = turn;
        }
        fetch();
        compute.await(arrived[buffer(turn)]);
        current = index;
    }

    /** What was queued so far is all that uses the layer. */
    void leave() {
        if (current != NONE) {
            compute.record(left[buffer(turn)]);
            current = NONE;
            turn++;
            fetch();
        }
    }

    private void fetch() {
        for (; fetched < turn + buffers.length; fetched++) {
            int layer = (int) (fetched % layers.size());
            int to = buffer(fetched);
            copies.await(left[to]);
            copies.copyIn(host[layer], 0, buffers[to], 0, layers.get(layer).bytes(rank));
            copies.record(arrived[to]);
        }
    }

    private int buffer(long n) {
        return (int) (n % buffers.length);
    }

    /** Frees the host's memory, once the layers that were fetched ahead have arrived. */
    void close() {
        try {
            copies.synchronize();
        } catch (CudaException e) {
            // A GPU that failed copies nothing any more.
            LOG.log(System.Logger.Level.DEBUG, "Layers on their way were not awaited", e);
        }
        for (PinnedBuffer layer : host) {
            layer.close();
        }
    }
}
