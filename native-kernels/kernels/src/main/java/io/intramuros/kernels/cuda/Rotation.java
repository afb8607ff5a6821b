package io.intramuros.kernels.cuda;

import io.intramuros.kernels.RmsNorm;
import io.intramuros.kernels.Rope;
import io.intramuros.kernels.cuda.driver.LaunchShape;

/** Launches {@code rotary.cu}. */
final class Rotation {
    private static final int THREADS = 128;
    private static final int WARPS = THREADS / 32;

    private Rotation() {}

    static void launch(Launcher launcher, int rank, StepTables step, Operation.RotateAndStore operation, int rows) {
        CudaKvStore cache = operation.cache();
        int kvHeads = cache.heads(rank);
        if (kvHeads == 0) {
            return;
        }
        int dim = cache.layout().headDim();
        int heads = operation.q().width(rank) / dim;
        launcher.arguments()
                .address(cache.keys(rank, operation.layer()))
                .address(cache.values(rank, operation.layer()))
                .number(kvHeads)
                .number(dim)
                .number(cache.layout().blockTokens())
                .address(step.positions())
                .address(step.tableStarts())
                .address(step.tables())
                .address(operation.q().address(rank))
                .address(operation.k().address(rank))
                .address(operation.v().address(rank))
                .number(rows)
                .number(heads)
                .address(step.frequencies())
                .flag(operation.rope().pairing() == Rope.Pairing.HALVES)
                .address(gain(operation.queryNorm(), rank))
                .address(gain(operation.keyNorm(), rank))
                .number(epsilon(operation));
        int warps = rows * (heads + 2 * kvHeads);
        launcher.launch(
                "rotate_and_store_" + cache.kernelName(),
                LaunchShape.of(Math.ceilDiv(warps, WARPS), THREADS),
                () -> traffic(cache, rows, heads, kvHeads));
    }

    private static Traffic traffic(CudaKvStore cache, int rows, int heads, int kvHeads) {
        int dim = cache.layout().headDim();
        return new Traffic(
                0,
                (long) rows * dim * (2 * heads + 2 * kvHeads) * Float.BYTES,
                2L * rows * kvHeads * cache.paddedTokenBytes(),
                (long) dim / 2 * Float.BYTES + 3L * rows * Integer.BYTES,
                3L * rows * dim * (heads + kvHeads));
    }

    private static long gain(RmsNorm norm, int rank) {
        return norm == null ? 0 : ((CudaWeight) norm.gain()).vectorAddress(rank);
    }

    private static float epsilon(Operation.RotateAndStore operation) {
        RmsNorm norm = operation.queryNorm() != null ? operation.queryNorm() : operation.keyNorm();
        return norm == null ? 0 : norm.epsilon();
    }
}
