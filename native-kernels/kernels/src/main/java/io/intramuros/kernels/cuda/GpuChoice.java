package io.intramuros.kernels.cuda;

import io.intramuros.kernels.BackendUnavailableException;
import io.intramuros.kernels.UnsuitableSettingException;
import io.intramuros.kernels.cuda.driver.Gpu;
import java.util.ArrayList;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Which GPUs an engine runs on. */
final class GpuChoice {
    private static final System.Logger LOG = System.getLogger(GpuChoice.class.getName());

    /** How much more memory one GPU may have than another before an even division wastes too much of it. */
    private static final double MOST_UNEVEN = 1.25;

    private GpuChoice() {}

    /** Whether GPUs can't share every layer evenly without leaving much of the larger ones idle. */
    static boolean uneven(List<Gpu> gpus) {
        LongSummaryStatistics memory = gpus.stream().mapToLong(Gpu::memoryBytes).summaryStatistics();
        return memory.getMax() > MOST_UNEVEN * memory.getMin();
    }

    /** Why GPUs that aren't alike are slower together than they might be; empty if they are alike. */
    static Optional<String> costOfDifference(List<Gpu> gpus) {
        if (uneven(gpus)) {
            return Optional.of(
                    "these GPUs are of different sizes and take turns with the layers, so that each step takes as"
                            + " long as on all of them together");
        }
        if (gpus.stream().map(Gpu::name).distinct().count() > 1) {
            return Optional.of(
                    "these GPUs are of different kinds and share every layer, so that each step takes as long as"
                            + " on the slowest, and the smallest memory limits all");
        }
        return Optional.empty();
    }

    /**
     * @param devices ordinals, in the order of their ranks; empty for all that suit
     * @param leftOut ordinals of those that are not chosen, as they broke
     * @throws UnsuitableSettingException if one doesn't exist or doesn't suit, or there are more than can work together
     * @throws BackendUnavailableException if none suits
     */
    static List<Gpu> choose(List<Gpu> all, List<Integer> devices, Set<Integer> leftOut) {
        List<Gpu> suitable =
                devices.isEmpty() ? all.stream().filter(Gpu::usable).toList() : named(all, devices);
        List<Gpu> chosen = suitable.stream()
                .filter(gpu -> !leftOut.contains(gpu.ordinal()))
                .toList();
        if (chosen.isEmpty() && !suitable.isEmpty()) {
            throw new BackendUnavailableException(
                    "No GPU is left to go on with: " + list(suitable) + " can't be used any more.");
        }
        if (chosen.isEmpty()) {
            throw new BackendUnavailableException(
                    "The backend cuda is not available: no GPU here has compute capability " + Gpu.LEAST_MAJOR
                            + ".0 or later; there is " + list(all) + ".");
        }
        if (chosen.size() > AllReduce.MOST_RANKS) {
            throw new UnsuitableSettingException("at most " + AllReduce.MOST_RANKS + " GPUs work together, not "
                    + chosen.size() + "; name some of them in the engine's devices");
        }
        costOfDifference(chosen)
                .ifPresent(cost ->
                        LOG.log(System.Logger.Level.WARNING, "An engine runs on {0}; {1}.", list(chosen), cost));
        return chosen;
    }

    private static List<Gpu> named(List<Gpu> all, List<Integer> devices) {
        List<Gpu> chosen = new ArrayList<>();
        for (int ordinal : devices) {
            Gpu gpu = all.stream()
                    .filter(candidate -> candidate.ordinal() == ordinal)
                    .findFirst()
                    .orElseThrow(() -> new UnsuitableSettingException(
                            "there is no GPU " + ordinal + " on this machine; there is " + list(all)));
            if (!gpu.usable()) {
                throw new UnsuitableSettingException(gpu.description() + " has compute capability " + gpu.major() + "."
                        + gpu.minor() + "; the kernels need " + Gpu.LEAST_MAJOR + ".0 or later (A100, L40, H100, …)");
            }
            if (chosen.contains(gpu)) {
                throw new UnsuitableSettingException("GPU " + ordinal + " is named twice in the engine's devices");
            }
            chosen.add(gpu);
        }
        return chosen;
    }

    /** Names them for a person. */
    static String list(List<Gpu> gpus) {
        return gpus.stream().map(Gpu::description).collect(Collectors.joining(", "));
    }
}
