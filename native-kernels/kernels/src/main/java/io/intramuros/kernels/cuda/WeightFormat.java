package io.intramuros.kernels.cuda;

import io.intramuros.kernels.HostTensor;
import io.intramuros.kernels.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.Locale;

/**
 * How weights lie in a GPU's memory: the twin of {@code weights.cuh}. Every row begins at a multiple of 16 bytes and its
 * padding is zero. Plain types are as in the file. A quantised row is cut into planes, one after the other, so that quants
 * are read 16 bytes at a time; {@code Q4_K}'s blocks are whole 16 bytes already and stay as they are.
 */
enum WeightFormat {
    F32(4),
    F16(8),
    BF16(8),
    /** Blocks of an F16 scale and 32 bytes of quants; quants first here. */
    Q8_0(16, new Plane(2, 32), new Plane(0, 2)),
    /** Blocks of an F16 scale and 16 bytes of nibbles; nibbles first here. */
    Q4_0(32, new Plane(2, 16), new Plane(0, 2)),
    /** Blocks of an F16 scale, an F16 minimum and 16 bytes of nibbles; nibbles first here. */
    Q4_1(32, new Plane(4, 16), new Plane(0, 4)),
    Q4_K(32),
    /** Blocks of low nibbles, upper bits, scales and an F16 scale of scales: four planes. */
    Q6_K(32, new Plane(0, 128), new Plane(128, 64), new Plane(192, 16), new Plane(208, 2));

    private static final int ALIGNMENT_BYTES = 16;

    private final int valuesPerLoad;

    @SuppressWarnings("ImmutableEnumChecker") // an array that nobody writes to
    private final Plane[] planes;

    /** A part of each block that lies together for all blocks of a row. */
    private record Plane(int offsetInBlock, int bytes) {}

    /** @param valuesPerLoad weights that one thread reads at once, a {@code Raw} of {@code weights.cuh} */
    WeightFormat(int valuesPerLoad, Plane... planes) {
        this.valuesPerLoad = valuesPerLoad;
        this.planes = planes;
    }

    static WeightFormat of(TensorType type) {
        return valueOf(type.name());
    }

    private TensorType type() {
        return TensorType.valueOf(name());
    }

    /** What kernels for this format are called, such as {@code bf16}. */
    String kernelName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Weights that one thread reads at once. */
    int valuesPerLoad() {
        return valuesPerLoad;
    }

    /** Whether kernels read it in blocks that were quantised. */
    boolean quantised() {
        return type().quantised();
    }

    /** Bytes from one row to the next. */
    long rowBytes(int columns) {
        return (type().rowBytes(columns) + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
    }

    /**
     * Copies rows of a tensor, or some columns of them, into this layout.
     *
     * @param firstRow of the tensor
     * @param rows how many
     * @param firstColumn of the tensor, at the beginning of a block
     * @param columns how many, whole blocks
     * @param to {@code rows · rowBytes(columns)} bytes
     */
    void fill(HostTensor tensor, int firstRow, int rows, int firstColumn, int columns, MemorySegment to) {
        long fromRowBytes = tensor.type().rowBytes(tensor.columns());
        long from = firstRow * fromRowBytes + tensor.type().rowBytes(firstColumn);
        long bytes = tensor.type().rowBytes(columns);
        long toRowBytes = rowBytes(columns);
        if (planes.length == 0 && bytes == fromRowBytes && bytes == toRowBytes) {
            MemorySegment.copy(tensor.data(), from, to, 0, rows * bytes);
            return;
        }
        for (int row = 0; row < rows; row++) {
            long at = row * toRowBytes;
            if (planes.length == 0) {
                MemorySegment.copy(tensor.data(), from + row * fromRowBytes, to, at, bytes);
            } else {
                fillPlanes(tensor, from + row * fromRowBytes, columns, to, at);
            }
            to.asSlice(at + bytes, toRowBytes - bytes).fill((byte) 0);
        }
    }

    private void fillPlanes(HostTensor tensor, long from, int columns, MemorySegment to, long at) {
        int blocks = columns / tensor.type().blockValues();
        int blockBytes = tensor.type().blockBytes();
        for (Plane plane : planes) {
            for (int block = 0; block < blocks; block++) {
                MemorySegment.copy(
                        tensor.data(),
                        from + (long) block * blockBytes + plane.offsetInBlock,
                        to,
                        at + (long) block * plane.bytes,
                        plane.bytes);
            }
            at += (long) blocks * plane.bytes;
        }
    }
}
