package io.intramuros.product;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * GPUs for a machine that has none: a driver that runs the same kernels on the processor. Four of them, the last two of which
 * fall off the bus, each in the middle of the first long answer it computes.
 */
final class StandInGpus {
    /** A GPU that breaks, once for each start of the server; so for one test. */
    static final int FRAIL = 2;

    /** One more, for another test. */
    static final int FRAIL_TOO = 3;

    /** What one GPU has; the stand-in's own number. */
    static final long MEMORY_BYTES = 2L << 30;

    /**
     * Kernels that a frail GPU runs before it breaks. One token of the smallest models takes about a dozen: it gets ready,
     * begins its answer, and doesn't reach the end of it.
     */
    private static final int LAUNCHES_OF_THE_FRAIL = 300;

    private static Map<String, String> environment;

    private StandInGpus() {}

    /** The environment in which {@code ./run} gives them to the server. */
    static synchronized Map<String, String> environment(Path repository) {
        if (environment == null) {
            Path driver = repository.resolve("native-kernels/kernels/target/emulator");
            if (!Files.exists(driver.resolve("libcuda.so.1"))) {
                throw new AssertionError("There is no stand-in for GPUs yet. ./test product builds it; by hand:"
                        + " native-kernels/kernels/bin/build-cuda --emulator, then Maven");
            }
            environment = Map.of(
                    "INTRAMUROS_CUDA_LIBRARIES",
                    driver.toString(),
                    "INTRAMUROS_EMULATOR_DEVICES",
                    Integer.toString(FRAIL_TOO + 1),
                    "INTRAMUROS_EMULATOR_MEMORY_BYTES",
                    Long.toString(MEMORY_BYTES),
                    "INTRAMUROS_EMULATOR_FAULT",
                    lost(FRAIL) + ";" + lost(FRAIL_TOO));
        }
        return environment;
    }

    private static String lost(int gpu) {
        return "lost@launch=" + LAUNCHES_OF_THE_FRAIL + ",device=" + gpu;
    }
}
