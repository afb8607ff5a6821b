package io.intramuros.kernels.cuda;

import io.intramuros.kernels.cuda.driver.Blas;
import io.intramuros.kernels.cuda.driver.GpuContext;
import io.intramuros.kernels.cuda.driver.GpuStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Linear layers, by whatever suits their number of rows and format: up to {@value DecodeProjection#MOST_ROWS} rows and
 * all quantised weights by {@link DecodeProjection}, more rows of BF16 by {@link TileProjection}, and from {@value
 * BlasProjection#LEAST_ROWS} rows on by {@link BlasProjection} where there is cuBLAS.
 */
final class Projections implements WorkspacePart {
    /** Layers that one launch computes from the same activations. */
    static final int MOST_TARGETS = 3;

    private final PreparedRows prepared;
    private final TileProjection tiles;
    private final Optional<BlasProjection> blas;

    Projections(GpuContext context, GpuStream stream, Optional<Blas> blas, int maxRows, int maxColumns) {
        prepared = new PreparedRows(context, maxRows, maxColumns);
        tiles = new TileProjection(context, stream, prepared);
        this.blas = blas.filter(library -> maxRows >= BlasProjection.LEAST_ROWS)
                .map(library -> new BlasProjection(context, library, prepared, maxRows, maxColumns));
    }

    /** What all of it takes of a GPU with so many multiprocessors, cuBLAS's part included whether it is there or not. */
    static long bytes(int multiprocessors, int maxRows, int maxColumns) {
        return PreparedRows.bytes(maxRows, maxColumns)
                + TileProjection.bytes(multiprocessors)
                + (maxRows >= BlasProjection.LEAST_ROWS ? BlasProjection.bytes(maxRows, maxColumns) : 0);
    }

    @Override
    public boolean serves(Workspace need) {
        return prepared.serves(need.maxRows(), need.maxColumns());
    }

    @Override
    public void free() {
        prepared.free();
        tiles.free();
        blas.ifPresent(BlasProjection::free);
    }

    /** {@code out = x·Wᵀ + bias}, or added to {@code out}; layers of one format share a launch. */
    void project(Launcher launcher, ProjectionInput in, List<ProjectionTarget> targets, boolean add) {
        List<ProjectionTarget> left = new ArrayList<>(targets);
        left.removeIf(target -> target.outputs() == 0);
        while (!left.isEmpty()) {
            WeightFormat format = left.getFirst().format();
            List<ProjectionTarget> together =
                    left.stream().filter(target -> target.format() == format).toList();
            left.removeAll(together);
            if (byBlas(format, in.rows())) {
                blas.orElseThrow().project(launcher, in, together, add);
            } else if (byTiles(format, in.rows())) {
                tiles.project(launcher, in, together, add);
            } else {
                DecodeProjection.project(launcher, in, together, add);
            }
        }
    }

    /** {@code out = silu(x·gateᵀ) ⊙ (x·upᵀ)}; both layers have one format. */
    void gated(Launcher launcher, ProjectionInput in, WeightFormat format, long gate, long up, long out, int outputs) {
        if (outputs == 0) {
            return;
        }
        if (byBlas(format, in.rows())) {
            blas.orElseThrow().gated(launcher, in, gate, up, out, outputs);
        } else if (byTiles(format, in.rows())) {
            tiles.gated(launcher, in, gate, up, out, outputs);
        } else {
            DecodeProjection.gated(launcher, in, format, gate, up, out, outputs);
        }
    }

    private boolean byBlas(WeightFormat format, int rows) {
        return blas.isPresent() && format == WeightFormat.BF16 && rows >= BlasProjection.LEAST_ROWS;
    }

    /** What layers move whose weights, as often as they are read, are so many bytes. */
    static Traffic traffic(ProjectionInput in, List<ProjectionTarget> targets, boolean add, long weights) {
        long outputs = 0;
        long biases = 0;
        for (ProjectionTarget target : targets) {
            outputs += target.outputs();
            biases += target.bias() == 0 ? 0 : target.outputs();
        }
        return traffic(in, outputs * (add ? 2 : 1), outputs, weights, biases);
    }

    /** What both layers of a gate move. */
    static Traffic gatedTraffic(ProjectionInput in, int outputs, long weights) {
        return traffic(in, outputs, 2L * outputs, weights, 0);
    }

    private static Traffic traffic(ProjectionInput in, long moved, long computed, long weights, long biases) {
        long vectors = (in.gain() == 0 ? 0 : in.columns()) + biases + (long) in.rows() * in.slices();
        return new Traffic(
                weights,
                in.rows() * (in.columns() + moved) * Float.BYTES,
                0,
                vectors * Float.BYTES,
                2L * in.rows() * in.columns() * computed);
    }

    private static boolean byTiles(WeightFormat format, int rows) {
        return format == WeightFormat.BF16 && rows > DecodeProjection.MOST_ROWS;
    }
}
