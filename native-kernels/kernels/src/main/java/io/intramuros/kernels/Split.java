package io.intramuros.kernels;

/**
 * How a weight is divided among the devices of one tensor-parallel engine. A backend of one device ignores it.
 *
 * @param kind which dimension is divided
 * @param unit what is never cut: each device's share is a whole number of so many rows or columns (the last one may be
 *     smaller); layers that belong together are divided into the same number of units
 */
public record Split(Kind kind, int unit) {
    /** Which dimension is divided. */
    public enum Kind {
        /** Every device holds all of it: norms, embedding tables. */
        WHOLE,
        /** By outputs: each device computes some of the rows (query, key, value, gate, up, logits). */
        ROWS,
        /** By inputs: each device computes part of every sum, and the parts are added up (attention output, down). */
        COLUMNS
    }

    /** Every device holds all of it. */
    public static final Split WHOLE = new Split(Kind.WHOLE, 1);

    public Split {
        if (unit < 1) {
            throw new IllegalArgumentException("a weight cannot be divided into units of " + unit);
        }
    }

    /** By outputs, never within {@code unit} of them. */
    public static Split rows(int unit) {
        return new Split(Kind.ROWS, unit);
    }

    /** By inputs, never within {@code unit} of them. */
    public static Split columns(int unit) {
        return new Split(Kind.COLUMNS, unit);
    }

    /**
     * Where a device's share begins; that of the next begins where it ends.
     *
     * @param size rows or columns of the whole weight
     * @param rank the device, or {@code devices} for the end of the last share
     */
    public int begin(int size, int rank, int devices) {
        long units = Math.ceilDiv(size, unit);
        return (int) Math.min(size, units * rank / devices * unit);
    }
}
