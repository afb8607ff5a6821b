package io.intramuros.kernels.vector;

/**
 * Runs linear layers on the team: one token streams the weights ({@link Gemv}), several share unpacked ones
 * ({@link Gemm}). Layers that read the same activations go in one dispatch, cut into runs of quads.
 */
final class Projector {
    /** Parts per thread: the threads end within one of them, and a thread's own follow each other in memory. */
    private static final int PARTS_PER_THREAD = 8;

    private final ThreadTeam team;
    private final Workspace[] workspaces;
    private final PackedRows packed = new PackedRows();
    private float[] paired = new float[0];

    Projector(ThreadTeam team) {
        this.team = team;
        workspaces = new Workspace[team.size()];
        for (int i = 0; i < workspaces.length; i++) {
            workspaces[i] = new Workspace();
        }
    }

    /** Computes all layers for the first {@code tokens} rows of {@code x}. */
    void project(float[] x, int tokens, Linear... layers) {
        if (tokens == 0) {
            return;
        }
        if (!oneOrder(layers)) {
            for (Linear layer : layers) {
                project(x, tokens, layer);
            }
            return;
        }
        boolean stream = stream(tokens, layers);
        float[] rows = prepare(x, tokens, stream, layers[0].weight());
        int quads = 0;
        for (Linear layer : layers) {
            quads += layer.weight().quads();
        }
        int total = quads;
        int length = quadsPerPart(quads, tokens);
        team.run((quads + length - 1) / length, (part, worker) -> {
            int from = part * length;
            int to = Math.min(total, from + length);
            for (Linear layer : layers) {
                int size = layer.weight().quads();
                if (from < size && to > 0) {
                    quads(layer, stream, rows, Math.max(0, from), Math.min(size, to), workspaces[worker]);
                }
                from -= size;
                to -= size;
            }
        });
    }

    /** Computes both layers, of one shape, and leaves {@code silu(gate) ⊙ up} in the output of {@code gate}. */
    void gated(float[] x, int tokens, Linear gate, Linear up) {
        if (!oneOrder(gate, up)) {
            project(x, tokens, gate);
            project(x, tokens, up);
            for (int t = 0; t < tokens; t++) {
                Gate.row(
                        gate.out(),
                        up.out(),
                        t * gate.weight().rows(),
                        gate.weight().rows());
            }
            return;
        }
        VectorWeight w = gate.weight();
        boolean stream = stream(tokens, gate, up);
        float[] rows = prepare(x, tokens, stream, w);
        int length = quadsPerPart(w.quads(), tokens);
        team.run((w.quads() + length - 1) / length, (part, worker) -> {
            int from = part * length;
            int to = Math.min(w.quads(), from + length);
            quads(gate, stream, rows, from, to, workspaces[worker]);
            quads(up, stream, rows, from, to, workspaces[worker]);
            for (int j = 0; j < 4; j++) {
                int first = w.row(from, j);
                int end = Math.min(w.rows(), w.row(to, j));
                for (int t = 0; t < tokens && first < end; t++) {
                    Gate.row(gate.out(), up.out(), t * w.rows() + first, end - first);
                }
            }
        });
    }

    /** Whether the layers take columns in the same order, so that they can share what is prepared of the activations. */
    private static boolean oneOrder(Linear... layers) {
        for (Linear layer : layers) {
            if (layer.weight().paired() != layers[0].weight().paired()) {
                return false;
            }
        }
        return true;
    }

    /** Whether every layer can stream its weights past the only token. */
    private static boolean stream(int tokens, Linear... layers) {
        boolean stream = tokens == 1;
        for (Linear layer : layers) {
            stream &= Gemv.supports(layer.weight());
        }
        return stream;
    }

    /** Brings activations into the weight's order of columns, and packs them unless the weights are streamed. */
    private float[] prepare(float[] x, int tokens, boolean stream, VectorWeight w) {
        int columns = w.columns();
        if (!stream) {
            packed.reshape(tokens, columns);
            team.runShort(packed.quads(), (quad, worker) -> packed.pack(x, quad, w.paired()));
            return x;
        }
        if (!w.paired()) {
            return x;
        }
        if (paired.length < columns) {
            paired = new float[columns];
        }
        OutOfLine.splitPairs(x, 0, columns, paired, 0, Lanes.WIDTH);
        return paired;
    }

    private int quadsPerPart(int quads, int tokens) {
        int parts = team.size() * PARTS_PER_THREAD;
        int even = (quads + parts - 1) / parts;
        return tokens < 32 ? even : Math.min(even, Gemm.PANEL_QUADS);
    }

    private void quads(Linear layer, boolean stream, float[] x, int from, int to, Workspace workspace) {
        if (stream) {
            Gemv.quads(layer, x, from, to, workspace);
        } else {
            Gemm.quads(layer, packed, from, to, workspace);
        }
    }
}
