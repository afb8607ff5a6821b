package io.intramuros.kernels.cuda.measure;

import io.intramuros.kernels.cuda.LaunchListener;
import io.intramuros.kernels.cuda.Traffic;
import io.intramuros.kernels.cuda.driver.GpuStream;
import java.util.Map;
import java.util.TreeMap;

/** Adds up what kernels move, by GPU and kernel. */
public final class ByteAccount implements LaunchListener {
    private final Map<Integer, Map<String, Entry>> byGpu = new TreeMap<>();

    /**
     * What one kernel did.
     *
     * @param launches how many times it was launched
     * @param traffic of all of them
     */
    public record Entry(int launches, Traffic traffic) {
        Entry plus(Entry more) {
            return new Entry(launches + more.launches, traffic.plus(more.traffic));
        }
    }

    @Override
    public synchronized void launched(GpuStream stream, String kernel, Traffic traffic) {
        byGpu.computeIfAbsent(stream.context().gpu().ordinal(), gpu -> new TreeMap<>())
                .merge(kernel, new Entry(1, traffic), Entry::plus);
    }

    /** Forgets everything. */
    public synchronized void clear() {
        byGpu.clear();
    }

    /** By kernel, all GPUs together. */
    public synchronized Map<String, Entry> kernels() {
        Map<String, Entry> all = new TreeMap<>();
        byGpu.values().forEach(kernels -> kernels.forEach((name, entry) -> all.merge(name, entry, Entry::plus)));
        return all;
    }

    /** All GPUs together. */
    public Traffic total() {
        return sum(kernels()).traffic();
    }

    /** Of the GPU that moves most; steps take as long as it does. */
    public synchronized Entry busiest() {
        return byGpu.values().stream()
                .map(ByteAccount::sum)
                .reduce((a, b) -> a.traffic().bytes() >= b.traffic().bytes() ? a : b)
                .orElse(new Entry(0, Traffic.NONE));
    }

    private static Entry sum(Map<String, Entry> kernels) {
        return kernels.values().stream().reduce(new Entry(0, Traffic.NONE), Entry::plus);
    }
}
