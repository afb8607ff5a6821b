package io.intramuros.kernels.cuda;

import io.intramuros.kernels.Backend;
import io.intramuros.kernels.cuda.driver.CudaLibraries;
import io.intramuros.kernels.cuda.driver.Gpu;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * The CUDA backend on the stand-in for GPUs, as many as a test wants and as often as it wants; or on this machine's own GPUs,
 * where no stand-in is named.
 */
public final class EmulatedGpus {
    private EmulatedGpus() {}

    /** On the first so many GPUs; nobody else is kept from using them. */
    public static Backend open(int count) {
        return open(count, true);
    }

    /**
     * On the first so many GPUs.
     *
     * @param useGraphs whether steps of a known shape are captured and replayed
     */
    public static Backend open(int count, boolean useGraphs) {
        return CudaBackend.openToMeasure(first(count), useGraphs);
    }

    /** The first so many GPUs; a test that wants more than this machine has is left out, where its own thread asks. */
    public static List<Gpu> first(int count) {
        List<Gpu> all = Gpu.all();
        if (all.size() < count && standIn()) {
            throw new IllegalStateException(
                    "the stand-in has " + all.size() + " GPUs, not " + count + "; set INTRAMUROS_EMULATOR_DEVICES");
        }
        Assumptions.assumeTrue(all.size() >= count, () -> "this machine has " + all.size() + " GPUs, not " + count);
        return all.subList(0, count);
    }

    private static boolean standIn() {
        return !System.getProperty(CudaLibraries.FOLDER_PROPERTY, "").isEmpty();
    }

    /**
     * On the first so many GPUs.
     *
     * @param useGraphs whether steps of a known shape are captured and replayed
     * @param useBlas whether cuBLAS is used, or the stand-in for it; a test that wants it where it isn't is left out
     */
    public static Backend open(int count, boolean useGraphs, boolean useBlas) {
        if (useBlas && !standIn()) {
            CudaLibraries.loadBlas().ifPresent(Assumptions::abort);
        }
        String before = System.getProperty(CudaLibraries.WITHOUT_BLAS_PROPERTY, "false");
        System.setProperty(CudaLibraries.WITHOUT_BLAS_PROPERTY, String.valueOf(!useBlas));
        try {
            return open(count, useGraphs);
        } finally {
            System.setProperty(CudaLibraries.WITHOUT_BLAS_PROPERTY, before);
        }
    }

    /** On the first so many GPUs, none of which reaches another's memory. */
    public static Backend openApart(int count) {
        EmulatedBus.letGpusReachEachOther(false);
        try {
            return open(count);
        } finally {
            EmulatedBus.letGpusReachEachOther(true);
        }
    }

    /** On the first so many GPUs, which take turns with the layers as GPUs of different sizes do. */
    public static Backend takingTurns(int count) {
        return new PipelineBackend(
                first(count).stream()
                        .map(gpu -> CudaBackend.openToMeasure(List.of(gpu), true))
                        .toList(),
                GpuClaim.ofNothing());
    }

    /** On two GPUs for an engine, as it opens those of different kinds. */
    public static Backend openOfDifferentKinds() {
        return CudaBackend.openClaimed(ofDifferentKinds());
    }

    /** On two GPUs for an engine, as it opens those of different sizes. */
    public static Backend openOfDifferentSizes() {
        return CudaBackend.openClaimed(ofDifferentSizes());
    }

    /** The first two GPUs, as if the second were of another kind. */
    static List<Gpu> ofDifferentKinds() {
        Gpu second = Gpu.all().get(1);
        return List.of(Gpu.all().getFirst(), as(second, second.ordinal(), "Another GPU", second.memoryBytes()));
    }

    /** The first two GPUs, as if the second were half as large. */
    static List<Gpu> ofDifferentSizes() {
        Gpu second = Gpu.all().get(1);
        return List.of(Gpu.all().getFirst(), as(second, second.ordinal(), second.name(), second.memoryBytes() / 2));
    }

    /** A GPU as if it were another. */
    static Gpu as(Gpu gpu, int ordinal, String name, long memoryBytes) {
        return new Gpu(
                ordinal,
                name,
                gpu.busId(),
                gpu.major(),
                gpu.minor(),
                gpu.multiprocessors(),
                memoryBytes,
                gpu.sharedBytesPerBlock());
    }
}
