package io.intramuros.kernels.cuda;

import io.intramuros.kernels.cuda.driver.Blas;
import io.intramuros.kernels.cuda.driver.DeviceBuffer;
import io.intramuros.kernels.cuda.driver.GpuContext;
import io.intramuros.kernels.cuda.driver.LaunchShape;
import java.util.List;

/**
 * Linear layers over very many rows with BF16 weights by cuBLAS, and by {@code elementwise.cu} what it leaves to do.
 * Activations are rounded to BF16, as {@link TileProjection} does with so many rows.
 */
final class BlasProjection {
    /**
     * From so many rows on it is used. Up to 64 rows the weights' bandwidth is the limit, which our tiles reach with
     * activations of two BF16 numbers; beyond, arithmetic is. Steps of so many rows are never captured in graphs.
     */
    static final int LEAST_ROWS = 65;

    /** Gates that are there at once, beside the others' results: enough to fill a GPU, a part of a wide layer. */
    private static final int GATE_OUTPUTS = 4096;

    /** Parts of a layer begin at multiples of so many outputs: cuBLAS is at its best with whole 16 bytes and tiles. */
    private static final int GATE_MULTIPLE = 64;

    private static final int BF16_BYTES = 2;
    private static final int THREADS = 256;

    /** Values that a thread of {@code elementwise.cu} takes. */
    private static final int ELEMENTS = 4;

    private final Blas blas;
    private final PreparedRows prepared;
    private final DeviceBuffer gates;

    BlasProjection(GpuContext context, Blas blas, PreparedRows prepared, int maxRows, int maxColumns) {
        this.blas = blas;
        this.prepared = prepared;
        gates = context.allocate(gateBytes(maxRows, maxColumns));
    }

    /** What its buffer takes of a GPU. */
    static long bytes(int maxRows, int maxColumns) {
        return DeviceBuffer.charged(gateBytes(maxRows, maxColumns));
    }

    private static long gateBytes(int maxRows, int maxColumns) {
        return (long) maxRows * Math.min(GATE_OUTPUTS, maxColumns) * Float.BYTES;
    }

    void free() {
        gates.free();
    }

    /** {@code out = x·Wᵀ + bias} for some layers, or added to {@code out}. */
    void project(Launcher launcher, ProjectionInput in, List<ProjectionTarget> targets, boolean add) {
        long x = prepared.prepare(launcher, in, 1).first();
        for (ProjectionTarget target : targets) {
            multiply(launcher, x, in, target.weights(), target.out(), target.outputs(), target.stride(), add);
            if (target.bias() != 0) {
                launcher.arguments()
                        .address(target.out())
                        .address(target.bias())
                        .number(target.outputs())
                        .number(target.stride());
                launcher.launch(
                        "add_bias",
                        shape(target.outputs(), in.rows()),
                        () -> elements(2, in.rows(), target.outputs(), target.outputs()));
            }
        }
    }

    /** {@code out = silu(x·gateᵀ) ⊙ (x·upᵀ)}. */
    void gated(Launcher launcher, ProjectionInput in, long gate, long up, long out, int outputs) {
        long x = prepared.prepare(launcher, in, 1).first();
        multiply(launcher, x, in, up, out, outputs, outputs, false);
        int room = Math.toIntExact(gates.bytes() / Float.BYTES / in.rows());
        int most = room >= outputs ? outputs : room / GATE_MULTIPLE * GATE_MULTIPLE;
        long rowBytes = (long) PreparedRows.padded(in.columns()) * BF16_BYTES;
        for (int first = 0; first < outputs; first += most) {
            int count = Math.min(most, outputs - first);
            multiply(launcher, x, in, gate + first * rowBytes, gates.address(), count, count, false);
            launcher.arguments()
                    .address(gates.address())
                    .address(out + (long) first * Float.BYTES)
                    .number(count)
                    .number(count)
                    .number(outputs);
            launcher.launch("silu_multiply", shape(count, in.rows()), () -> elements(3, in.rows(), count, 0));
        }
    }

    /** Rows of weights are as long as prepared ones, and both are filled up with zeros. */
    private void multiply(
            Launcher launcher,
            long x,
            ProjectionInput in,
            long weights,
            long out,
            int outputs,
            int stride,
            boolean add) {
        int columns = PreparedRows.padded(in.columns());
        blas.multiply(x, weights, out, in.rows(), outputs, columns, stride, add);
        launcher.note("cublas", () -> {
            long results = (long) in.rows() * outputs;
            return new Traffic(
                    (long) outputs * columns * BF16_BYTES,
                    PreparedRows.usedBytes(in, 1) + results * (add ? 2 : 1) * Float.BYTES,
                    0,
                    0,
                    2 * results * columns);
        });
    }

    /** What is done to each value: so many matrices read and written, and a vector. */
    private static Traffic elements(int matrices, int rows, int outputs, int vector) {
        return new Traffic(0, (long) matrices * rows * outputs * Float.BYTES, 0, (long) vector * Float.BYTES, 0);
    }

    private static LaunchShape shape(int outputs, int rows) {
        return new LaunchShape(rows, Math.ceilDiv(outputs, THREADS * ELEMENTS), 1, THREADS, 0);
    }
}
