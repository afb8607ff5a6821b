package io.intramuros.kernels.vector;

import io.intramuros.kernels.KvLayout;
import io.intramuros.kernels.KvStore;
import io.intramuros.kernels.OutOfDeviceMemoryException;
import io.intramuros.kernels.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The cache in native memory, one segment of keys and one of values per layer, each {@code [block, head, ...]}. Within a
 * block, keys are {@code [headDim, blockTokens]} so that the scores of neighbouring tokens are neighbouring lanes, and
 * values are {@code [blockTokens, headDim]} so that the values of one token are.
 */
final class VectorKvStore implements KvStore {
    private final KvLayout layout;
    private final MemorySegment[] keys;
    private final MemorySegment[] values;

    VectorKvStore(KvLayout layout, Arena arena) {
        this.layout = layout;
        keys = new MemorySegment[layout.layers()];
        values = new MemorySegment[layout.layers()];
        long bytes = (long) layout.blocks() * headBytes() * layout.kvHeads();
        try {
            for (int layer = 0; layer < layout.layers(); layer++) {
                keys[layer] = arena.allocate(bytes, Long.BYTES * 8);
                values[layer] = arena.allocate(bytes, Long.BYTES * 8);
            }
        } catch (OutOfMemoryError e) {
            OutOfDeviceMemoryException refused = new OutOfDeviceMemoryException("the key-value cache needs "
                    + ((2 * bytes * layout.layers()) >> 20) + " MiB (" + layout.blocks() + " blocks of "
                    + layout.blockBytes() + " bytes) and the system refused it; use a smaller cache");
            refused.initCause(e);
            throw refused;
        }
    }

    @Override
    public KvLayout layout() {
        return layout;
    }

    boolean bf16() {
        return layout.type() == TensorType.BF16;
    }

    MemorySegment keys(int layer) {
        return keys[layer];
    }

    MemorySegment values(int layer) {
        return values[layer];
    }

    /** Where the keys, and in their segment the values, of a block's head begin. */
    long headOffset(int block, int head) {
        return ((long) block * layout.kvHeads() + head) * headBytes();
    }

    private long headBytes() {
        return (long) layout.blockTokens() * layout.headDim() * layout.type().blockBytes();
    }
}
