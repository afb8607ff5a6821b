package io.intramuros.kernels.vector;

/**
 * Runs linear layers on the team: one token streams the weights ({@link Gemv}), several share unpacked ones
 * ({@link Gemm}). Layers that read the same activations go in one dispatch, cut into runs of quads.
 */
final class Projector {
    /** Parts per thread: enough to even out a thread that the system holds up, few enough for long streams. */
    private static final int PARTS_PER_THREAD = 4;

    private final ThreadTeam team;
    private final Workspace[] workspaces;
    private final PackedRows packed = new PackedRows();

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
        boolean stream = prepare(x, tokens, layers);
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
                    quads(layer, stream, x, Math.max(0, from), Math.min(size, to), workspaces[worker]);
                }
                from -= size;
                to -= size;
            }
        });
    }

    /** Computes both layers, of one shape, and leaves {@code silu(gate) ⊙ up} in the output of {@code gate}. */
    void gated(float[] x, int tokens, Linear gate, Linear up) {
        boolean stream = prepare(x, tokens, gate, up);
        VectorWeight w = gate.weight();
        int length = quadsPerPart(w.quads(), tokens);
        team.run((w.quads() + length - 1) / length, (part, worker) -> {
            int from = part * length;
            int to = Math.min(w.quads(), from + length);
            quads(gate, stream, x, from, to, workspaces[worker]);
            quads(up, stream, x, from, to, workspaces[worker]);
            for (int j = 0; j < 4; j++) {
                int first = w.row(from, j);
                int end = Math.min(w.rows(), w.row(to, j));
                for (int t = 0; t < tokens && first < end; t++) {
                    Gate.row(gate.out(), up.out(), t * w.rows() + first, end - first);
                }
            }
        });
    }

    /** Packs the activations unless every layer can stream its weights past them. */
    private boolean prepare(float[] x, int tokens, Linear... layers) {
        boolean stream = tokens == 1;
        for (Linear layer : layers) {
            stream &= Gemv.supports(layer.weight());
        }
        if (!stream) {
            packed.reshape(tokens, layers[0].weight().columns());
            team.runShort(packed.quads(), (quad, worker) -> packed.pack(x, quad));
        }
        return stream;
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
