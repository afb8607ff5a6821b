package io.intramuros.kernels.cuda;

import io.intramuros.kernels.DecoderPlan;
import io.intramuros.kernels.HostMemory;
import io.intramuros.kernels.OutOfDeviceMemoryException;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * Says how the GPUs' memory is divided, or why it can't be.
 *
 * @param gpus all GPUs, by rank
 * @param plan what is to be placed
 */
record MemoryAccount(List<GpuNeed> gpus, DecoderPlan plan) {
    /** Pinning more of the host's memory than this percentage would leave too little for everything else. */
    private static final int MOST_PINNED_PERCENT = 80;

    /** PCIe 4 with 16 lanes, as measured by many: four fifths of its 31.5 GB/s. */
    private static final double ASSUMED_RATE = 25e9;

    private static final String ADVICE =
            " Give the engine more or larger GPUs, or lower its cache-memory, context-length or"
                    + " max-batch-size, or choose a smaller model.";

    /**
     * Refuses what doesn't fit.
     *
     * @throws OutOfDeviceMemoryException with an account
     */
    void require(MemoryDivision division, WeightPlacement placement) {
        if (division.equals(MemoryDivision.NONE)) {
            throw new OutOfDeviceMemoryException(needs() + " " + lacking() + ADVICE);
        }
        long pinned = streamedBytes(placement);
        if (pinned > HostMemory.bytes() / 100 * MOST_PINNED_PERCENT) {
            throw new OutOfDeviceMemoryException(needs() + " " + freeOfEach() + " "
                    + placement.streamed().size() + " of " + plan.layers().size()
                    + " layers would have to be streamed from the host's memory, but they take "
                    + HostMemory.amount(pinned) + " and the host has " + HostMemory.amount(HostMemory.bytes())
                    + " of which at most " + MOST_PINNED_PERCENT + " % can be pinned." + ADVICE);
        }
    }

    private String needs() {
        return "The model does not fit into the GPUs' memory: it needs " + HostMemory.amount(weightBytes())
                + " of weights, " + HostMemory.amount(sum(GpuNeed::workspace)) + " of workspace and at least "
                + HostMemory.amount(sum(gpu -> gpu.cache(plan.leastBlocks()))) + " of cache.";
    }

    private String lacking() {
        return gpus.stream()
                .map(gpu -> gpu.gpu().description() + " would need "
                        + HostMemory.amount(gpu.outside()
                                + gpu.largestLayer()
                                + gpu.workspace()
                                + gpu.cache(plan.leastBlocks())
                                + gpu.reserve())
                        + " if its layers were streamed one by one from the host, and has "
                        + HostMemory.amount(gpu.free()) + " free")
                .collect(Collectors.joining("; ", "", "."));
    }

    private String freeOfEach() {
        return gpus.stream()
                .map(gpu -> gpu.gpu().description() + " has " + HostMemory.amount(gpu.free()) + " free")
                .collect(Collectors.joining("; ", "", "."));
    }

    /** What takes how much of which GPU. */
    String text(MemoryDivision division, WeightPlacement placement) {
        long tokens = (long) division.cacheBlocks() * plan.cacheBlock().blockTokens();
        return "The weights take " + HostMemory.amount(weightBytes() - streamedBytes(placement))
                + " of the GPUs' memory, the"
                + " workspace " + HostMemory.amount(sum(GpuNeed::workspace)) + ", the cache "
                + HostMemory.amount(sum(gpu -> gpu.cache(division.cacheBlocks()))) + " for " + tokens + " tokens. "
                + freeOfEach();
    }

    /**
     * What streaming costs.
     *
     * @param rate bytes a second that come to each GPU, or empty if that wasn't measured
     */
    String streaming(MemoryDivision division, WeightPlacement placement, OptionalDouble rate) {
        long slowest = 0;
        for (int rank = 0; rank < gpus.size(); rank++) {
            slowest = Math.max(slowest, placement.streamedBytes(rank));
        }
        double seconds = slowest / rate.orElse(ASSUMED_RATE);
        return String.format(
                Locale.ROOT,
                "%d of %d layers do not fit: their %s stay in the host's memory and come to the GPUs in every step, through"
                        + " %d buffer%s of %s. At %.1f GB/s (%s) that takes %s s a step, so that at most %s tokens/s are to be"
                        + " expected with %d answers at once, and %s with one: this engine needs wide batches.",
                placement.streamed().size(),
                plan.layers().size(),
                HostMemory.amount(streamedBytes(placement)),
                division.buffers(),
                division.buffers() == 1 ? "" : "s",
                HostMemory.amount(placement.bufferBytes(0)),
                rate.orElse(ASSUMED_RATE) / 1e9,
                rate.isPresent() ? "measured" : "assumed, as of PCIe 4 with 16 lanes",
                digits(seconds),
                digits(plan.maxSequences() / seconds),
                plan.maxSequences(),
                digits(1 / seconds));
    }

    /** Three significant digits, never in powers of ten. */
    private static String digits(double value) {
        int decimals = Math.clamp(2 - (long) Math.floor(Math.log10(value)), 0, 9);
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    private long weightBytes() {
        return sum(gpu -> gpu.outside() + gpu.allLayers());
    }

    private long streamedBytes(WeightPlacement placement) {
        long bytes = 0;
        for (int rank = 0; rank < gpus.size(); rank++) {
            bytes += placement.streamedBytes(rank);
        }
        return bytes;
    }

    private long sum(ToLongFunction<GpuNeed> part) {
        return gpus.stream().mapToLong(part).sum();
    }
}
