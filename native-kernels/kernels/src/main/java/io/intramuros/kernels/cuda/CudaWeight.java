package io.intramuros.kernels.cuda;

import io.intramuros.kernels.HostTensor;
import io.intramuros.kernels.Split;
import io.intramuros.kernels.TensorType;
import io.intramuros.kernels.UnsuitableSettingException;
import io.intramuros.kernels.Weight;
import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;

/** A weight on all ranks: each has its share. What has a single row is there as FP32, too, for norms and biases. */
final class CudaWeight implements Weight {
    private final String name;
    private final TensorType type;
    private final int rows;
    private final int columns;
    private final Split split;
    private final LongSupplier[] shares;
    private final LongSupplier[] vectors;

    /** @throws UnsuitableSettingException if a quantised weight's blocks would have to be cut */
    CudaWeight(HostTensor tensor, Split split, int ranks) {
        requireWholeBlocks(tensor, split, ranks);
        name = tensor.name();
        type = tensor.type();
        rows = tensor.rows();
        columns = tensor.columns();
        this.split = split;
        shares = new LongSupplier[ranks];
        vectors = new LongSupplier[ranks];
    }

    private static void requireWholeBlocks(HostTensor tensor, Split split, int ranks) {
        if (keepsBlocks(tensor, split, ranks)) {
            return;
        }
        int fewer = ranks - 1;
        while (!keepsBlocks(tensor, split, fewer)) {
            fewer--;
        }
        throw new UnsuitableSettingException("the model can't be divided among " + ranks + " GPUs: the columns of "
                + tensor.name() + " belong together by " + split.unit() + ", but " + tensor.type()
                + " stores them in blocks of " + tensor.type().blockValues() + ", which can't be cut. Name " + fewer
                + (fewer == 1 ? " GPU" : " GPUs")
                + " in the engine's devices, or take the model in a format without blocks, such as BF16");
    }

    private static boolean keepsBlocks(HostTensor tensor, Split split, int ranks) {
        if (split.kind() != Split.Kind.COLUMNS) {
            return true;
        }
        for (int rank = 1; rank < ranks; rank++) {
            if (split.begin(tensor.columns(), rank, ranks) % tensor.type().blockValues() != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public TensorType type() {
        return type;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    /** The tensor's name, for messages. */
    String name() {
        return name;
    }

    WeightFormat format() {
        return WeightFormat.of(type);
    }

    /** Whether each rank has only part of it. */
    boolean divided() {
        return split.kind() != Split.Kind.WHOLE && shares.length > 1;
    }

    /** The first row of a rank's share; of {@code rank = ranks}, the number of rows. */
    int firstRow(int rank) {
        return split.kind() == Split.Kind.ROWS && rank > 0 ? split.begin(rows, rank, shares.length) : 0;
    }

    int rowsOf(int rank) {
        return split.kind() == Split.Kind.ROWS ? split.begin(rows, rank + 1, shares.length) - firstRow(rank) : rows;
    }

    /** The first column of a rank's share. */
    int firstColumn(int rank) {
        return split.kind() == Split.Kind.COLUMNS && rank > 0 ? split.begin(columns, rank, shares.length) : 0;
    }

    int columnsOf(int rank) {
        return split.kind() == Split.Kind.COLUMNS
                ? split.begin(columns, rank + 1, shares.length) - firstColumn(rank)
                : columns;
    }

    /** Whether it is there as FP32, too. */
    boolean vector() {
        return rows == 1 && !type.quantised();
    }

    /** Bytes of a rank's share. */
    long shareBytes(int rank) {
        return rowsOf(rank) * format().rowBytes(columnsOf(rank));
    }

    /** Bytes of a rank's share as FP32. */
    long vectorBytes(int rank) {
        return vector() ? (long) columnsOf(rank) * Float.BYTES : 0;
    }

    /**
     * Writes rows of a rank's share as kernels want them.
     *
     * @param tensor what this was made of
     * @param firstRow of the share
     */
    void fill(HostTensor tensor, int rank, int firstRow, int count, MemorySegment to) {
        if (columnsOf(rank) > 0) {
            format().fill(tensor, firstRow(rank) + firstRow, count, firstColumn(rank), columnsOf(rank), to);
        }
    }

    /** Writes a rank's share as FP32. */
    void fillVector(HostTensor tensor, int rank, MemorySegment to) {
        HostVectors.widen(tensor, firstColumn(rank), columnsOf(rank), to);
    }

    /** Where row {@code row} of a rank's share lies; of a streamed layer, while it is the one that is computed. */
    long address(int rank, int row) {
        return shares[rank].getAsLong() + row * format().rowBytes(columnsOf(rank));
    }

    /** The share of a vector as FP32. */
    long vectorAddress(int rank) {
        if (rows != 1) {
            throw new IllegalArgumentException("the weight " + name + " has " + rows + " rows, it is no vector");
        }
        return vectors[rank].getAsLong();
    }

    void place(int rank, LongSupplier share, LongSupplier vector) {
        shares[rank] = share;
        vectors[rank] = vector;
    }
}
