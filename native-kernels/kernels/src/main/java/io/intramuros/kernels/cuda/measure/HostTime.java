package io.intramuros.kernels.cuda.measure;

import io.intramuros.kernels.cuda.CudaBackend;
import io.intramuros.kernels.cuda.driver.Gpu;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the host needs for a decode step.
 *
 * @param gpus how many it drives
 * @param graphs whether captured steps are replayed
 * @param seconds of the processor on the way from one step to the next: the caller's thread and the busiest of the GPUs'
 */
record HostTime(int gpus, boolean graphs, double seconds) {
    private static final int WARM_STEPS = 60;
    private static final int STEPS = 100;
    private static final String GPU_THREADS = "intramuros-gpu-";

    /** Measures on GPUs whose kernels are empty. */
    static List<HostTime> measure(List<Gpu> all, int layers, List<Integer> counts) {
        DecoderShape shape = DecoderShape.THIN.withLayers(layers);
        List<HostTime> times = new ArrayList<>();
        for (int count : counts) {
            for (boolean graphs : new boolean[] {true, false}) {
                try (CudaBackend backend = CudaBackend.openToMeasure(all.subList(0, count), graphs)) {
                    SyntheticDecoder decoder =
                            new SyntheticDecoder(backend, shape, SyntheticWeights.zeros(shape), 1, 16, 1, 1025);
                    times.add(new HostTime(count, graphs, processorSeconds(decoder)));
                }
            }
        }
        return times;
    }

    private static double processorSeconds(SyntheticDecoder decoder) {
        steps(decoder, WARM_STEPS);
        Map<Long, Long> before = processorTimes();
        steps(decoder, STEPS);
        long caller = 0;
        long busiest = 0;
        for (Map.Entry<Long, Long> thread : processorTimes().entrySet()) {
            long nanos = thread.getValue() - before.getOrDefault(thread.getKey(), 0L);
            if (thread.getKey() == Thread.currentThread().threadId()) {
                caller = nanos;
            } else {
                busiest = Math.max(busiest, nanos);
            }
        }
        return (caller + busiest) * 1e-9 / STEPS;
    }

    private static void steps(SyntheticDecoder decoder, int count) {
        for (int i = 0; i < count; i++) {
            decoder.step(1, 1024, 1);
        }
    }

    /** Processor time in nanoseconds of the caller's thread and those of the GPUs; the stand-in's own are none of Java's. */
    private static Map<Long, Long> processorTimes() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Map<Long, Long> times = new HashMap<>();
        for (ThreadInfo thread : threads.dumpAllThreads(false, false, 0)) {
            long id = thread.getThreadId();
            if (id == Thread.currentThread().threadId()
                    || thread.getThreadName().startsWith(GPU_THREADS)) {
                times.put(id, threads.getThreadCpuTime(id));
            }
        }
        return times;
    }
}
