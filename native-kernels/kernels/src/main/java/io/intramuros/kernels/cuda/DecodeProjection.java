package io.intramuros.kernels.cuda;

import io.intramuros.kernels.cuda.driver.KernelArguments;
import io.intramuros.kernels.cuda.driver.LaunchShape;
import java.util.List;

/** Launches {@code decode_linear.cuh}: linear layers over few rows, bound by the weights' bandwidth. */
final class DecodeProjection {
    /** The most rows that a block takes at once. */
    static final int MOST_ROWS = 16;

    private static final int THREADS = 256;
    private static final int WARPS = THREADS / 32;
    private static final int LANES = 32;

    /** Activations that a block holds at once, in FP32 values; {@code kFit} there. */
    private static final int STAGED_VALUES = 8192;

    private static final int[] ROWS_BF16 = {1, 2, 4, 8, 16};
    private static final int[] ROWS = {1, 4, 16};

    private DecodeProjection() {}

    /** {@code out = x·Wᵀ + bias} for up to three layers of one format, or added to {@code out}. */
    static void project(Launcher launcher, ProjectionInput in, List<ProjectionTarget> targets, boolean add) {
        WeightFormat format = targets.getFirst().format();
        int rows = kernelRows(format, in.rows());
        KernelArguments arguments = launcher.arguments()
                .address(in.address())
                .address(in.rowIndex())
                .number(in.rows())
                .number(in.columns())
                .address(in.gain())
                .number(in.epsilon())
                .address(in.squares())
                .number(in.slices());
        int outputs = 0;
        for (int i = 0; i < Projections.MOST_TARGETS; i++) {
            ProjectionTarget target = i < targets.size() ? targets.get(i) : ProjectionTarget.NONE;
            arguments
                    .address(target.weights())
                    .address(target.bias())
                    .address(target.out())
                    .number(target.outputs())
                    .number(target.stride());
            outputs += target.outputs();
        }
        arguments.flag(add);
        int groups = Math.ceilDiv(outputs, outputsPerWarp(format, rows));
        int all = outputs;
        launcher.launch(
                "project_" + format.kernelName() + "_" + rows,
                shape(launcher, format, rows, in, groups),
                () -> Projections.traffic(in, targets, add, all * format.rowBytes(in.columns()) * passes(in, rows)));
    }

    /** {@code out = silu(x·gateᵀ) ⊙ (x·upᵀ)}; the input has a gain. */
    static void gated(
            Launcher launcher, ProjectionInput in, WeightFormat format, long gate, long up, long out, int outputs) {
        int rows = kernelRows(format, in.rows());
        launcher.arguments()
                .address(in.address())
                .number(in.rows())
                .number(in.columns())
                .address(in.gain())
                .number(in.epsilon())
                .address(in.squares())
                .number(in.slices())
                .address(gate)
                .address(up)
                .address(out)
                .number(outputs);
        int groups = Math.ceilDiv(outputs, outputsPerWarp(format, rows) / 2);
        launcher.launch(
                "gated_" + format.kernelName() + "_" + rows,
                shape(launcher, format, rows, in, groups),
                () -> Projections.gatedTraffic(
                        in, outputs, 2L * outputs * format.rowBytes(in.columns()) * passes(in, rows)));
    }

    /** How often weights are read: once for every block of rows. */
    private static int passes(ProjectionInput in, int kernelRows) {
        return Math.ceilDiv(in.rows(), kernelRows);
    }

    /** The smallest kernel that takes all rows at once, or the largest. */
    private static int kernelRows(WeightFormat format, int rows) {
        int[] sizes = format == WeightFormat.BF16 ? ROWS_BF16 : ROWS;
        for (int size : sizes) {
            if (size >= rows) {
                return size;
            }
        }
        return MOST_ROWS;
    }

    /** {@code kOutputs} there. */
    private static int outputsPerWarp(WeightFormat format, int kernelRows) {
        return kernelRows >= 16 || format.valuesPerLoad() > 8 ? 2 : 4;
    }

    /** As many blocks as run at once, unless there is less to do. */
    private static LaunchShape shape(
            Launcher launcher, WeightFormat format, int kernelRows, ProjectionInput in, int groups) {
        int perMultiprocessor = format.valuesPerLoad() > 8 && kernelRows >= 16 ? 1 : 2;
        int blocks = Math.min(Math.ceilDiv(groups, WARPS), launcher.gpu().multiprocessors() * perMultiprocessor);
        return new LaunchShape(
                blocks, passes(in, kernelRows), 1, THREADS, sharedBytes(format, kernelRows, in.columns()));
    }

    /** Of {@code kRows} rows, {@code limit} columns at a time; as {@code DecodeTile} computes it. */
    private static int sharedBytes(WeightFormat format, int kernelRows, int columns) {
        int tile = LANES * format.valuesPerLoad();
        int chunk = Math.max(tile, STAGED_VALUES / kernelRows / tile * tile);
        return kernelRows * Math.min(chunk, Math.ceilDiv(columns, tile) * tile) * Float.BYTES;
    }
}
