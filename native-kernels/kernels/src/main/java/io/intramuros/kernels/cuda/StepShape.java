package io.intramuros.kernels.cuda;

/**
 * Over how much kernels run: what the step has, or a little more, so that a captured graph serves many steps.
 *
 * @param rows of activations; those beyond the batch hold no token
 * @param plainItems of attention; those beyond the plan are empty
 * @param partitions blocks along the context of each plain item
 * @param logitRows rows whose logits are computed
 */
record StepShape(int rows, int plainItems, int partitions, int logitRows) {
    /** The most rows of a step that is rounded up to one of a few sizes; beyond, cuBLAS is used, which isn't captured. */
    private static final int MOST_BUCKETED_ROWS = BlasProjection.LEAST_ROWS - 1;

    /** Exactly what the step has. */
    static StepShape exact(StepProgram program, AttentionPlan plan) {
        return new StepShape(
                program.batch().rows(),
                plan == null ? 0 : plan.plain().size(),
                plan == null ? 1 : plan.partitions(),
                program.batch().logitRows().length);
    }

    /** Whether a step is of the kind whose shape is rounded up. */
    static boolean bucketed(StepProgram program, AttentionPlan plan) {
        return program.decodes()
                && plan.prompts().isEmpty()
                && program.batch().rows() <= MOST_BUCKETED_ROWS
                && (program.logits() == null
                        || program.batch().logitRows().length == program.batch().rows());
    }

    /**
     * Rounded up: rows to powers of two up to 16 and then to multiples of 16, partitions to powers of two.
     *
     * @param mostRows that there is room for
     */
    static StepShape bucket(StepProgram program, AttentionPlan plan, int mostRows) {
        int rows = program.batch().rows();
        int padded = rows <= 16 ? ceilingPowerOfTwo(rows) : Math.ceilDiv(rows, 16) * 16;
        padded = Math.min(padded, mostRows);
        int partitions = plan.split() ? ceilingPowerOfTwo(plan.partitions()) : 1;
        return new StepShape(padded, padded, partitions, program.logits() == null ? 0 : padded);
    }

    private static int ceilingPowerOfTwo(int n) {
        return n <= 1 ? 1 : Integer.highestOneBit(n - 1) * 2;
    }
}
