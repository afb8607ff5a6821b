package io.intramuros.kernels.cuda.measure;

import io.intramuros.kernels.cuda.CudaBackend;
import io.intramuros.kernels.cuda.LaunchListener;
import io.intramuros.kernels.cuda.Traffic;
import io.intramuros.kernels.cuda.driver.GpuEvent;
import io.intramuros.kernels.cuda.driver.GpuStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How long kernels take: a mark behind every launch, and the time from one mark to the next, which is a kernel's own as long
 * as the host is ahead of the GPU. The first kernel of a step has no mark before it and isn't timed.
 */
final class KernelTimes implements LaunchListener {
    private final Map<GpuStream, List<Mark>> marks = new HashMap<>();
    private final Map<String, Best> best = new TreeMap<>();

    private record Mark(String kernel, Traffic traffic, GpuEvent event) {}

    /**
     * The fastest of a kernel's launches.
     *
     * @param launches how many were timed
     * @param seconds of the fastest
     * @param traffic of the fastest
     */
    record Best(int launches, double seconds, Traffic traffic) {
        private static Best of(Best a, Best b) {
            Best better = a.rate() >= b.rate() ? a : b;
            return new Best(a.launches + b.launches, better.seconds, better.traffic);
        }

        /** By which launches of different sizes are compared: what was moved, or how often. */
        private double rate() {
            return Math.max(1, traffic.bytes()) / seconds;
        }

        /** Bytes a second. */
        double bandwidth() {
            return traffic.bytes() / seconds;
        }

        /** Floating-point operations a second. */
        double operations() {
            return traffic.operations() / seconds;
        }
    }

    @Override
    public synchronized void launched(GpuStream stream, String kernel, Traffic traffic) {
        GpuEvent event = stream.context().timedEvent();
        stream.record(event);
        marks.computeIfAbsent(stream, any -> new ArrayList<>()).add(new Mark(kernel, traffic, event));
    }

    @Override
    public synchronized void ended(GpuStream stream) {
        List<Mark> queue = marks.getOrDefault(stream, List.of());
        for (int i = 1; i < queue.size(); i++) {
            Mark mark = queue.get(i);
            double seconds = 1e-3 * mark.event.millisSince(queue.get(i - 1).event);
            if (seconds > 0) {
                best.merge(mark.kernel, new Best(1, seconds, mark.traffic), Best::of);
            }
        }
        marks.remove(stream);
    }

    /** Times some steps, after one that isn't timed. */
    static Map<String, Best> of(CudaBackend backend, int steps, Runnable step) {
        step.run();
        KernelTimes times = new KernelTimes();
        for (int i = 0; i < steps; i++) {
            backend.listen(times);
            step.run();
            backend.listen(null);
        }
        return times.best;
    }
}
