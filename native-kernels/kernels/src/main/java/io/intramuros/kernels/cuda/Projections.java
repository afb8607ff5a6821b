package io.intramuros.kernels.cuda;

import java.util.ArrayList;
import java.util.List;

/**
 * Linear layers, by whichever kernel suits their number of rows and format: up to {@value DecodeProjection#MOST_ROWS} rows
 * and all quantised weights by {@link DecodeProjection}, more rows of BF16 by {@link TileProjection}.
 */
final class Projections {
    /** Layers that one launch computes from the same activations. */
    static final int MOST_TARGETS = 3;

    private final TileProjection tiles;

    Projections(TileProjection tiles) {
        this.tiles = tiles;
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
            if (byTiles(format, in.rows())) {
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
        if (byTiles(format, in.rows())) {
            tiles.gated(launcher, in, gate, up, out, outputs);
        } else {
            DecodeProjection.gated(launcher, in, format, gate, up, out, outputs);
        }
    }

    private static boolean byTiles(WeightFormat format, int rows) {
        return format == WeightFormat.BF16 && rows > DecodeProjection.MOST_ROWS;
    }
}
