package io.intramuros.kernels.cuda;

import io.intramuros.kernels.cuda.driver.LaunchShape;

/** Launches {@code embedding.cu}. */
final class Embedding {
    private static final int THREADS = 128;
    private static final int VALUES_PER_THREAD = 4;

    /** Rows of one token are cut so that a few blocks share its latency. */
    private static final int MOST_SLICES = 8;

    private Embedding() {}

    static void launch(Launcher launcher, int rank, StepTables step, Operation.Embed operation, int rows) {
        CudaWeight table = operation.table();
        launcher.arguments()
                .address(table.address(rank, 0))
                .address(step.ids())
                .address(operation.out().address(rank))
                .number(table.columns());
        int slices = Math.min(MOST_SLICES, Math.ceilDiv(table.columns(), THREADS * VALUES_PER_THREAD));
        launcher.launch(
                "embed_" + table.format().kernelName(),
                new LaunchShape(rows, slices, 1, THREADS, 0),
                () -> traffic(table, rows));
    }

    private static Traffic traffic(CudaWeight table, int rows) {
        return new Traffic(
                rows * table.format().rowBytes(table.columns()),
                (long) rows * table.columns() * Float.BYTES,
                0,
                (long) rows * Integer.BYTES,
                0);
    }
}
