package io.intramuros.kernels.cuda;

import io.intramuros.kernels.cuda.driver.DeviceBuffer;
import io.intramuros.kernels.cuda.driver.GpuContext;
import io.intramuros.kernels.cuda.driver.GpuStream;
import io.intramuros.kernels.cuda.driver.KernelArguments;
import io.intramuros.kernels.cuda.driver.LaunchShape;
import java.util.List;

/** Launches {@code tile_linear.cu}: linear layers over many rows with BF16 weights, on the tensor cores. */
final class TileProjection {
    private static final int STEP_COLUMNS = 64;
    private static final int BF16_BYTES = 2;

    private final PreparedRows prepared;
    private final DeviceBuffer partials;
    private final DeviceBuffer counters;

    /** The shapes of {@code tile_linear.cu}; {@code parts} is the number of BF16 numbers that an activation becomes. */
    private enum Shape {
        ROWS_32(32, 64, 2, 4, 128),
        ROWS_64(64, 64, 2, 4, 128),
        ROWS_128(128, 128, 1, 3, 256);

        private final int rows;
        private final int outputs;
        private final int parts;
        private final int stages;
        private final int threads;

        Shape(int rows, int outputs, int parts, int stages, int threads) {
            this.rows = rows;
            this.outputs = outputs;
            this.parts = parts;
            this.stages = stages;
            this.threads = threads;
        }

        static Shape forRows(int rows) {
            return rows <= ROWS_32.rows ? ROWS_32 : rows <= ROWS_64.rows ? ROWS_64 : ROWS_128;
        }

        int sharedBytes() {
            return stages * (parts * rows + outputs) * STEP_COLUMNS * BF16_BYTES;
        }
    }

    /** How many parts the columns are cut into, and how many tiles there are. */
    private record Cut(int tilesOfRows, int tilesOfOutputs, int splits) {}

    TileProjection(GpuContext context, GpuStream stream, PreparedRows prepared) {
        this.prepared = prepared;
        int tiles = mostTiles(context.gpu().multiprocessors());
        partials = context.allocate(partialBytes(tiles));
        counters = context.allocate(counterBytes(tiles));
        stream.zero(counters, 0, counters.bytes());
    }

    /** What its buffers take of a GPU with so many multiprocessors. */
    static long bytes(int multiprocessors) {
        int tiles = mostTiles(multiprocessors);
        return DeviceBuffer.charged(partialBytes(tiles), counterBytes(tiles));
    }

    private static long partialBytes(int tiles) {
        return (long) tiles * Shape.ROWS_128.rows * Shape.ROWS_128.outputs * Float.BYTES;
    }

    private static long counterBytes(int tiles) {
        return (long) tiles * Integer.BYTES;
    }

    void free() {
        partials.free();
        counters.free();
    }

    /** Tiles and their splits together; more than a multiprocessor's few blocks don't run at once. */
    private static int mostTiles(int multiprocessors) {
        return 2 * multiprocessors;
    }

    /** {@code out = x·Wᵀ + bias} for up to three layers, or added to {@code out}. */
    void project(Launcher launcher, ProjectionInput in, List<ProjectionTarget> targets, boolean add) {
        Shape shape = Shape.forRows(in.rows());
        int outputs = targets.stream().mapToInt(ProjectionTarget::outputs).sum();
        KernelArguments arguments = begin(launcher, in, shape);
        for (int i = 0; i < Projections.MOST_TARGETS; i++) {
            ProjectionTarget target = i < targets.size() ? targets.get(i) : ProjectionTarget.NONE;
            arguments
                    .address(target.weights())
                    .address(target.bias())
                    .address(target.out())
                    .number(target.outputs())
                    .number(target.stride());
        }
        arguments.flag(add).address(partials.address()).address(counters.address());
        launch(launcher, "project_tiles_", in, shape, outputs, outputs * (add ? 2 : 1));
    }

    /** {@code out = silu(x·gateᵀ) ⊙ (x·upᵀ)}. */
    void gated(Launcher launcher, ProjectionInput in, long gate, long up, long out, int outputs) {
        Shape shape = Shape.forRows(in.rows());
        begin(launcher, in, shape)
                .address(gate)
                .address(up)
                .address(out)
                .number(outputs)
                .address(partials.address())
                .address(counters.address());
        launch(launcher, "gated_tiles_", in, shape, 2 * outputs, outputs);
    }

    private KernelArguments begin(Launcher launcher, ProjectionInput in, Shape shape) {
        PreparedRows.Parts rows = prepared.prepare(launcher, in, shape.parts);
        return launcher.arguments()
                .address(rows.first())
                .address(rows.second())
                .number(in.rows())
                .number(in.columns());
    }

    /**
     * @param outputs rows of all weights
     * @param moved outputs that are read or written in each row
     */
    private static void launch(
            Launcher launcher, String kernel, ProjectionInput in, Shape shape, int outputs, int moved) {
        Cut cut = cut(in, shape, outputs, launcher.gpu().multiprocessors());
        launcher.launch(
                kernel + shape.rows,
                new LaunchShape(
                        cut.tilesOfRows(), cut.tilesOfOutputs(), cut.splits(), shape.threads, shape.sharedBytes()),
                () -> traffic(in, shape, outputs, moved, cut));
    }

    private static Traffic traffic(ProjectionInput in, Shape shape, int outputs, int moved, Cut cut) {
        long sums = (long) cut.tilesOfRows() * cut.tilesOfOutputs() * cut.splits() * shape.rows * shape.outputs;
        return new Traffic(
                outputs * WeightFormat.BF16.rowBytes(in.columns()) * cut.tilesOfRows(),
                PreparedRows.usedBytes(in, shape.parts) + (long) in.rows() * moved * Float.BYTES,
                0,
                cut.splits() == 1 ? 0 : 2 * sums * Float.BYTES,
                2L * in.rows() * in.columns() * outputs * shape.parts);
    }

    private static Cut cut(ProjectionInput in, Shape shape, int outputs, int multiprocessors) {
        int tilesOfRows = Math.ceilDiv(in.rows(), shape.rows);
        int tilesOfOutputs = Math.ceilDiv(outputs, shape.outputs);
        int tiles = tilesOfRows * tilesOfOutputs;
        int steps = Math.ceilDiv(in.columns(), STEP_COLUMNS);
        int splits = Math.clamp(mostTiles(multiprocessors) / tiles, 1, steps);
        return new Cut(tilesOfRows, tilesOfOutputs, splits);
    }
}
