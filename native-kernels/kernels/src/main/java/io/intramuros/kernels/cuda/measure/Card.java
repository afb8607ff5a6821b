package io.intramuros.kernels.cuda.measure;

/** GPUs that predictions are made for: bandwidth by the data sheet, memory as the driver shows it. */
enum Card {
    A100_80("A100 80 GB SXM", 2.039e12, 80L << 30),
    H100_SXM("H100 80 GB SXM", 3.35e12, 79L << 30),
    H200("H200 141 GB", 4.8e12, 139L << 30),
    B200("B200 180 GB", 8.0e12, 178L << 30);

    /** What the driver, a context, the workspace and fragments take. */
    private static final long RESERVED_BYTES = 2L << 30;

    private final String title;
    private final double bandwidth;
    private final long memoryBytes;

    Card(String title, double bandwidth, long memoryBytes) {
        this.title = title;
        this.bandwidth = bandwidth;
        this.memoryBytes = memoryBytes;
    }

    String title() {
        return title;
    }

    /** Bytes a second of its memory. */
    double bandwidth() {
        return bandwidth;
    }

    /** Whether its share of a model and of its cache fit. */
    boolean holds(DecoderShape shape, int gpus, int sequences, int context) {
        long cache = (long) sequences * context * shape.cacheBytesPerToken() / gpus;
        return shape.weightBytes(gpus) + cache + RESERVED_BYTES <= memoryBytes;
    }
}
