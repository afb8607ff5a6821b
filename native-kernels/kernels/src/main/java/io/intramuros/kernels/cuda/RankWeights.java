package io.intramuros.kernels.cuda;

import io.intramuros.kernels.HostTensor;
import io.intramuros.kernels.cuda.driver.DeviceBuffer;
import io.intramuros.kernels.cuda.driver.GpuContext;
import io.intramuros.kernels.cuda.driver.GpuStream;
import io.intramuros.kernels.cuda.driver.PinnedBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * One GPU's share of the weights. Those that were announced lie together by layers, in the GPU's memory or, where that is
 * too small, in the host's, from where they are streamed; others, of tests, have memory of their own.
 */
final class RankWeights {
    private final int rank;
    private final GpuContext context;
    private final GpuStream compute;
    private final WeightUploader uploader;
    private final Map<WeightGroup, DeviceBuffer> resident = new HashMap<>();
    private final Map<CudaWeight, WeightGroup> groups = new HashMap<>();
    private LayerStream stream;

    RankWeights(int rank, GpuContext context, GpuStream compute) {
        this.rank = rank;
        this.context = context;
        this.compute = compute;
        uploader = new WeightUploader(context, rank);
    }

    /** Takes the memory for all weights that were announced. */
    void reserve(WeightPlacement placement) {
        for (WeightGroup group : placement.resident()) {
            resident.put(group, context.allocate(group.bytes(rank)));
        }
        if (placement.streams()) {
            stream = new LayerStream(context, compute, placement, rank);
        }
    }

    /** Bytes a second at which layers come to the GPU, measured; empty if they are too small for that. */
    OptionalDouble streamingRate() {
        return uploader.rate(stream.buffer());
    }

    /** Takes in a weight that was announced. */
    void place(HostTensor tensor, PlannedWeights.Place place) {
        CudaWeight weight = place.weight();
        WeightGroup group = place.group();
        long offset = group.offset(weight, rank);
        long vectorOffset = group.vectorOffset(weight, rank);
        groups.put(weight, group);
        if (stream != null && stream.has(group)) {
            PinnedBuffer host = stream.host(group);
            weight.fill(tensor, rank, 0, weight.rowsOf(rank), host.memory().asSlice(offset));
            if (weight.vector()) {
                weight.fillVector(tensor, rank, host.memory().asSlice(vectorOffset));
            }
            weight.place(rank, () -> stream.address(group) + offset, () -> stream.address(group) + vectorOffset);
        } else {
            DeviceBuffer to = resident.get(group);
            uploader.matrix(tensor, weight, to, offset);
            if (weight.vector()) {
                uploader.vector(tensor, weight, to, vectorOffset);
            }
            weight.place(rank, () -> to.address() + offset, () -> to.address() + vectorOffset);
        }
    }

    /** Takes in a weight that wasn't announced. */
    void place(HostTensor tensor, CudaWeight weight) {
        DeviceBuffer share = context.allocate(Math.max(1, weight.shareBytes(rank)));
        uploader.matrix(tensor, weight, share, 0);
        DeviceBuffer vector = null;
        if (weight.vector()) {
            vector = context.allocate(Math.max(1, weight.vectorBytes(rank)));
            uploader.vector(tensor, weight, vector, 0);
        }
        weight.place(rank, share::address, vector == null ? () -> 0 : vector::address);
    }

    /** Before a step: waits until all that was placed has arrived. */
    void settle() {
        uploader.settle();
    }

    /** What is queued from now on may use the weights of this one's layer, until another is entered. */
    void enter(CudaWeight weight) {
        if (stream != null) {
            stream.enter(groups.get(weight));
        }
    }

    /** The end of a step. */
    void leave() {
        if (stream != null) {
            stream.leave();
        }
    }

    /** Gives the host's memory back; the GPU's belongs to its context. */
    void close() {
        uploader.close();
        if (stream != null) {
            stream.close();
        }
    }
}
