package io.intramuros.kernels.cuda;

import io.intramuros.kernels.KvLayout;
import io.intramuros.kernels.KvStore;
import io.intramuros.kernels.Split;
import io.intramuros.kernels.TensorType;
import io.intramuros.kernels.cuda.driver.DeviceBuffer;

/**
 * The paged cache on all ranks, each with its key-value heads: per rank and layer, keys and values are arrays
 * {@code [block][head][token in block][padded value]}, a token's values padded to whole 16 bytes, as {@code cache.cuh}
 * reads them.
 */
final class CudaKvStore implements KvStore {
    private static final int ALIGNMENT_BYTES = 16;
    private static final Split BY_HEADS = Split.rows(1);

    private final KvLayout layout;
    private final DeviceBuffer[] buffers;

    CudaKvStore(KvLayout layout, DeviceBuffer[] buffers) {
        this.layout = layout;
        this.buffers = buffers;
    }

    @Override
    public KvLayout layout() {
        return layout;
    }

    /** Key-value heads of a rank. */
    static int heads(KvLayout layout, int rank, int ranks) {
        return BY_HEADS.begin(layout.kvHeads(), rank + 1, ranks) - BY_HEADS.begin(layout.kvHeads(), rank, ranks);
    }

    /** Bytes that a rank needs. */
    static long bytes(KvLayout layout, int rank, int ranks) {
        return 2L * layout.layers() * halfLayerBytes(layout, rank, ranks);
    }

    private static long halfLayerBytes(KvLayout layout, int rank, int ranks) {
        return (long) layout.blocks() * heads(layout, rank, ranks) * layout.blockTokens() * tokenBytes(layout);
    }

    private static long tokenBytes(KvLayout layout) {
        long bytes = layout.type().rowBytes(layout.headDim());
        return (bytes + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
    }

    int heads(int rank) {
        return heads(layout, rank, buffers.length);
    }

    /** Values from one token of a head to the next. */
    int paddedDim() {
        return (int) (tokenBytes(layout) / layout.type().blockBytes());
    }

    /** Bytes from one token of a head to the next. */
    long paddedTokenBytes() {
        return tokenBytes(layout);
    }

    String kernelName() {
        return layout.type() == TensorType.BF16 ? "bf16" : "f32";
    }

    long keys(int rank, int layer) {
        return buffers[rank].address() + 2L * layer * halfLayerBytes(layout, rank, buffers.length);
    }

    long values(int rank, int layer) {
        return keys(rank, layer) + halfLayerBytes(layout, rank, buffers.length);
    }
}
