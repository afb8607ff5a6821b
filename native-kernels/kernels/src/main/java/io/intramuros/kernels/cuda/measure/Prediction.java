package io.intramuros.kernels.cuda.measure;

/**
 * How long a decode step takes on GPUs that are not at hand: its bytes at a share of the memory's bandwidth, and what each
 * launch and each sum over GPUs adds.
 *
 * @param roofSeconds of the bytes at the whole bandwidth, and nothing else
 * @param seconds predicted
 */
record Prediction(double roofSeconds, double seconds) {
    /** Of a memory's bandwidth; an assumption. The best published kernels for such matrices reach 70–90 %. */
    static final double SHARE_OF_ROOF = 0.8;

    /** From the end of one kernel of a graph to the start of the next; an assumption. */
    static final double LAUNCH_SECONDS = 1.5e-6;

    /** Of one sum over peer memory, NVLink between the GPUs, beyond its bytes; an assumption. */
    static final double REDUCTION_SECONDS = 8e-6;

    static Prediction of(StepAccount account, Card card) {
        double roof = account.busiest().traffic().bytes() / card.bandwidth();
        double seconds = roof / SHARE_OF_ROOF
                + account.busiest().launches() * LAUNCH_SECONDS
                + account.reductions() * REDUCTION_SECONDS;
        return new Prediction(roof, seconds);
    }
}
