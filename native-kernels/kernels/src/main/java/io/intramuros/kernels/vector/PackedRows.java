package io.intramuros.kernels.vector;

/**
 * Activations laid out for {@link Gemm}: per block of {@link Gemm#COLUMN_BLOCK} columns, per quad of tokens, per vector
 * of columns, the vectors of the four tokens. Columns are padded with zeros to whole vectors; missing tokens of the last
 * quad hold what was there and their results are left unused.
 */
final class PackedRows {
    private float[] values = new float[0];
    private int tokens;
    private int columns;

    /** Prepares for a matrix of this shape; the memory is kept for the next. */
    void reshape(int newTokens, int newColumns) {
        tokens = newTokens;
        columns = newColumns;
        int size = Math.multiplyExact(quads() * 4, Lanes.roundUp(columns, Lanes.WIDTH));
        if (values.length < size) {
            values = new float[size];
        }
    }

    float[] values() {
        return values;
    }

    int tokens() {
        return tokens;
    }

    /** Quads of tokens. */
    int quads() {
        return (tokens + 3) >> 2;
    }

    /** Where the vectors of a quad begin, within the block that starts at {@code column}. */
    int offset(int column, int quad) {
        int blockColumns = Lanes.roundUp(Math.min(Gemm.COLUMN_BLOCK, columns - column), Lanes.WIDTH);
        return column * quads() * 4 + quad * 4 * blockColumns;
    }

    /** Lays out the tokens of one quad from {@code x}, rows of {@code columns} values, in {@link PairedOrder} if so wanted. */
    void pack(float[] x, int quad, boolean paired) {
        if (paired) {
            packPairs(x, quad);
        } else {
            packPlainly(x, quad);
        }
    }

    private void packPairs(float[] x, int quad) {
        for (int j = 0; j < 4 && quad * 4 + j < tokens; j++) {
            int row = (quad * 4 + j) * columns;
            for (int column = 0; column < columns; column += Gemm.COLUMN_BLOCK) {
                int n = Math.min(Gemm.COLUMN_BLOCK, columns - column);
                int to = offset(column, quad) + j * Lanes.WIDTH;
                OutOfLine.splitPairs(x, row + column, n, values, to, 4 * Lanes.WIDTH);
            }
        }
    }

    private void packPlainly(float[] x, int quad) {
        for (int j = 0; j < 4 && quad * 4 + j < tokens; j++) {
            int row = (quad * 4 + j) * columns;
            for (int column = 0; column < columns; column += Gemm.COLUMN_BLOCK) {
                int n = Math.min(Gemm.COLUMN_BLOCK, columns - column);
                int to = offset(column, quad) + j * Lanes.WIDTH;
                for (int i = 0; i < n; i += Lanes.WIDTH, to += 4 * Lanes.WIDTH) {
                    int width = Math.min(Lanes.WIDTH, n - i);
                    System.arraycopy(x, row + column + i, values, to, width);
                    for (int pad = width; pad < Lanes.WIDTH; pad++) {
                        values[to + pad] = 0;
                    }
                }
            }
        }
    }
}
