package io.intramuros.kernels.vector;

import io.intramuros.kernels.TensorType;
import java.lang.foreign.MemorySegment;

/**
 * The product of a weight matrix with one token's activations: decode. Each weight is read once and dequantised in
 * registers, so the limit is the memory's bandwidth: {@code rows · rowBytes} bytes are moved, four rows of
 * {@link VectorWeight}'s quads at a time.
 *
 * <p>Each output is summed lane by lane over blocks of {@link Gemm#COLUMN_BLOCK} columns, as {@link Gemm} does, so that
 * both give the same bits.
 */
final class Gemv {
    private Gemv() {}

    /** Whether this weight's rows can be streamed: whole vectors, and bytes that can be widened. */
    static boolean supports(VectorWeight w) {
        return w.columns() % Lanes.WIDTH == 0
                && (Lanes.PACKED_BYTES || !w.type().quantised())
                && (w.paired() || w.type() != TensorType.BF16);
    }

    /** Quads that one call of a kernel takes: what it costs to call it is spread over them. */
    static final int QUADS_PER_CALL = 64;

    /** The same for weights whose scales are worked out first; those have to stay in the first cache. */
    static final int SCALED_QUADS_PER_CALL = 8;

    /** Computes the outputs of quads {@code [from, to)} for the token at {@code x[0, columns)}, in the weight's order of columns. */
    static void quads(Linear linear, float[] x, int from, int to, Workspace workspace) {
        VectorWeight w = linear.weight();
        // The last quads of a weight may lack rows; only those before have four streams that go on from quad to quad.
        int whole = Math.clamp(w.rows() - 3 * w.quads(), from, to);
        int length = OutOfLine.scaled(w.type()) ? SCALED_QUADS_PER_CALL : QUADS_PER_CALL;
        for (int quad = from; quad < whole; quad += length) {
            run(linear, x, quad, Math.min(length, whole - quad), workspace);
        }
        for (int quad = whole; quad < to; quad++) {
            run(linear, x, quad, 1, workspace);
        }
    }

    private static void run(Linear linear, float[] x, int first, int count, Workspace workspace) {
        float[] sums = workspace.sums;
        VectorWeight w = linear.weight();
        float[] out = linear.out();
        for (int column = 0; column < w.columns(); column += Gemm.COLUMN_BLOCK) {
            dots(w, first, count, x, column, Math.min(Gemm.COLUMN_BLOCK, w.columns() - column), workspace);
            for (int j = 0; j < 4; j++) {
                int row = w.row(first, j);
                for (int i = 0; i < count && row + i < w.rows(); i++) {
                    float start = column == 0 ? linear.start(0, row + i) : out[row + i];
                    out[row + i] = start + sums[4 * i + j];
                }
            }
        }
    }

    private static void dots(VectorWeight w, int quad, int count, float[] x, int column, int n, Workspace workspace) {
        float[] sums = workspace.sums;
        MemorySegment data = w.data();
        TensorType type = w.type();
        long skip = type.rowBytes(column);
        long r0 = w.offset(w.row(quad, 0)) + skip;
        long r1 = w.offset(w.row(quad, 1)) + skip;
        long r2 = w.offset(w.row(quad, 2)) + skip;
        long r3 = w.offset(w.row(quad, 3)) + skip;
        if (OutOfLine.oneRow(type)) {
            for (int i = 0; i < count; i++) {
                long on = i * w.rowBytes();
                sums[4 * i] = OutOfLine.dot(type, data, r0 + on, x, column, n);
                sums[4 * i + 1] = OutOfLine.dot(type, data, r1 + on, x, column, n);
                sums[4 * i + 2] = OutOfLine.dot(type, data, r2 + on, x, column, n);
                sums[4 * i + 3] = OutOfLine.dot(type, data, r3 + on, x, column, n);
            }
        } else if (OutOfLine.scaled(type)) {
            stream(w, r0, count, x, column, n, 0, workspace);
            stream(w, r1, count, x, column, n, 1, workspace);
            stream(w, r2, count, x, column, n, 2, workspace);
            stream(w, r3, count, x, column, n, 3, workspace);
        } else {
            OutOfLine.dots(type, data, r0, r1, r2, r3, w.rowBytes(), count, x, column, n, sums);
        }
    }

    /** Rows with scales, one stream of the quads after the other. */
    private static void stream(
            VectorWeight w, long row, int count, float[] x, int column, int n, int j, Workspace workspace) {
        float[] scales = workspace.scales;
        int at = j * BlockScales.stride(n);
        OutOfLine.scales(w.type(), w.data(), row, w.rowBytes(), count, n, scales, at);
        OutOfLine.dots(w.type(), w.data(), row, w.rowBytes(), count, x, column, n, workspace.sums, j, scales, at);
    }
}
