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
                && (Lanes.PACKED_BYTES || !w.type().quantised());
    }

    /** Computes the outputs of quads {@code [from, to)} for the token at {@code x[0, columns)}. */
    static void quads(Linear linear, float[] x, int from, int to, Workspace workspace) {
        VectorWeight w = linear.weight();
        float[] out = linear.out();
        float[] sums = workspace.sums;
        for (int quad = from; quad < to; quad++) {
            for (int j = 0; j < 4; j++) {
                int row = w.row(quad, j);
                if (row < w.rows()) {
                    out[row] = linear.start(0, row);
                }
            }
            for (int column = 0; column < w.columns(); column += Gemm.COLUMN_BLOCK) {
                dots(w, quad, x, column, Math.min(Gemm.COLUMN_BLOCK, w.columns() - column), sums);
                for (int j = 0; j < 4; j++) {
                    int row = w.row(quad, j);
                    if (row < w.rows()) {
                        out[row] += sums[j];
                    }
                }
            }
        }
    }

    private static void dots(VectorWeight w, int quad, float[] x, int column, int n, float[] sums) {
        MemorySegment data = w.data();
        TensorType type = w.type();
        long skip = type.rowBytes(column);
        long r0 = w.offset(w.row(quad, 0)) + skip;
        long r1 = w.offset(w.row(quad, 1)) + skip;
        long r2 = w.offset(w.row(quad, 2)) + skip;
        long r3 = w.offset(w.row(quad, 3)) + skip;
        if (OutOfLine.oneRow(type)) {
            sums[0] = OutOfLine.dot(type, data, r0, x, column, n);
            sums[1] = OutOfLine.dot(type, data, r1, x, column, n);
            sums[2] = OutOfLine.dot(type, data, r2, x, column, n);
            sums[3] = OutOfLine.dot(type, data, r3, x, column, n);
        } else {
            OutOfLine.dots(type, data, r0, r1, r2, r3, x, column, n, sums);
        }
    }
}
