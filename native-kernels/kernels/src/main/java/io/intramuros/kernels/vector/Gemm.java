package io.intramuros.kernels.vector;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The product of a weight matrix with several tokens' activations: prompts, and decode of several sequences. Weights are
 * unpacked to FP32 panels, once per {@link #PANEL_QUADS} quads of rows and block of columns, and stay in the second
 * cache while the packed activations pass by in blocks that fit it too; {@link Tile} does the arithmetic, which is the
 * limit from about eight tokens on. Each output is summed as {@link Gemv} sums it.
 */
final class Gemm {
    /** Columns summed in registers before they are added up: a panel of four rows then stays near the first cache. */
    static final int COLUMN_BLOCK = 2048;

    /** Quads of rows unpacked at a time: 32 rows, at most 256 KiB. */
    static final int PANEL_QUADS = 8;

    /** Floats of activations that pass a panel at a time: 256 KiB. */
    private static final int TOKEN_BLOCK_FLOATS = 64 * 1024;

    private Gemm() {}

    /** Computes the outputs of quads {@code [from, to)} for all packed tokens. */
    static void quads(Linear linear, PackedRows x, int from, int to, Workspace workspace) {
        for (int quad = from; quad < to; quad += PANEL_QUADS) {
            panel(linear, x, quad, Math.min(to, quad + PANEL_QUADS), workspace);
        }
    }

    private static void panel(Linear linear, PackedRows x, int from, int to, Workspace workspace) {
        VectorWeight w = linear.weight();
        for (int column = 0; column < w.columns(); column += COLUMN_BLOCK) {
            int n = Math.min(COLUMN_BLOCK, w.columns() - column);
            int vectors = Lanes.roundUp(n, Lanes.WIDTH) / Lanes.WIDTH;
            int quadFloats = vectors * 4 * Lanes.WIDTH;
            for (int quad = from; quad < to; quad++) {
                for (int j = 0; j < 4; j++) {
                    unpack(w, w.row(quad, j), column, n, (quad - from) * quadFloats + j * Lanes.WIDTH, workspace);
                }
            }
            int step = Math.max(1, TOKEN_BLOCK_FLOATS / quadFloats);
            for (int first = 0; first < x.quads(); first += step) {
                int last = Math.min(x.quads(), first + step);
                for (int quad = from; quad < to; quad++) {
                    for (int tokens = first; tokens < last; tokens++) {
                        tile(linear, x, quad, tokens, column, vectors, (quad - from) * quadFloats, workspace);
                    }
                }
            }
        }
    }

    private static void tile(
            Linear linear,
            PackedRows x,
            int quad,
            int tokens,
            int column,
            int vectors,
            int panelAt,
            Workspace workspace) {
        VectorWeight w = linear.weight();
        float[] sums = workspace.sums;
        int present = Math.min(4, x.tokens() - 4 * tokens);
        int xo = x.offset(column, tokens);
        if (present > 2) {
            OutOfLine.fourByFour(workspace.panel(), panelAt, x.values(), xo, vectors, workspace.lanes, sums);
        } else {
            for (int t = present - 1; t >= 0; t--) {
                OutOfLine.fourByOne(workspace.panel(), panelAt, x.values(), xo + t * Lanes.WIDTH, vectors, sums);
                if (t == 1) {
                    sums[1] = sums[0];
                    sums[5] = sums[4];
                    sums[9] = sums[8];
                    sums[13] = sums[12];
                }
            }
        }
        float[] out = linear.out();
        for (int t = 0; t < present; t++) {
            int at = (4 * tokens + t) * w.rows();
            for (int j = 0; j < 4; j++) {
                int row = w.row(quad, j);
                if (row < w.rows()) {
                    float start = column == 0 ? linear.start(at, row) : out[at + row];
                    out[at + row] = start + sums[4 * j + t];
                }
            }
        }
    }

    /** Lays columns {@code [column, column + n)} of a row into a panel; a missing row stands for the last. */
    private static void unpack(VectorWeight w, int row, int column, int n, int at, Workspace workspace) {
        float[] panel = workspace.panel();
        int stride = 4 * Lanes.WIDTH;
        if (!Gemv.supports(w)) {
            unpackPlainly(w, row, column, n, at, workspace);
            return;
        }
        MemorySegment data = w.data();
        long from = w.offset(row) + w.type().rowBytes(column);
        OutOfLine.unpack(w.type(), data, from, n, panel, at, stride);
    }

    /** For rows that do not end with a vector, and CPUs that cannot widen bytes; padded with zeros. */
    private static void unpackPlainly(VectorWeight w, int row, int column, int n, int at, Workspace workspace) {
        float[] values = workspace.row;
        Dequantiser.columns(w, row, column, n, values, 0);
        int padded = Lanes.roundUp(n, Lanes.WIDTH);
        Arrays.fill(values, n, padded, 0);
        for (int i = 0, to = at; i < padded; i += Lanes.WIDTH, to += 4 * Lanes.WIDTH) {
            System.arraycopy(values, i, workspace.panel(), to, Lanes.WIDTH);
        }
    }
}
