package io.intramuros.kernels.cuda;

import io.intramuros.kernels.cuda.driver.GpuGraph;
import io.intramuros.kernels.cuda.driver.GpuStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Captured steps by their shape. The first step of a shape runs without one, as the driver loads kernels when they are
 * first used, which it won't do while it captures; the second is captured; from then on the graph is replayed.
 */
final class GraphCache {
    /** Shapes in use at one time are few; each graph holds some hundred kernels' arguments. */
    private static final int MOST_GRAPHS = 64;

    /** Stands for a shape that has been run once. */
    private static final GpuGraph NONE = null;

    private final Map<Key, GpuGraph> graphs = new LinkedHashMap<>(16, 0.75f, true);

    private record Key(List<Operation> operations, StepProgram.Logits logits, StepShape shape) {}

    /** Puts the step into the queue, by a graph if there is one. */
    void run(GpuStream stream, StepProgram program, StepShape shape, Runnable work) {
        Key key = new Key(program.operations(), program.logits(), shape);
        if (!graphs.containsKey(key)) {
            graphs.put(key, NONE);
            work.run();
            forgetOldest();
            return;
        }
        GpuGraph graph = graphs.get(key);
        if (graph == null) {
            graph = stream.capture(work);
            graphs.put(key, graph);
        }
        stream.launch(graph);
    }

    private void forgetOldest() {
        if (graphs.size() > MOST_GRAPHS) {
            Map.Entry<Key, GpuGraph> oldest = graphs.entrySet().iterator().next();
            if (oldest.getValue() != null) {
                oldest.getValue().close();
            }
            graphs.remove(oldest.getKey());
        }
    }

    /** Forgets all: addresses that they hold may have changed. */
    void clear() {
        graphs.values().forEach(graph -> {
            if (graph != null) {
                graph.close();
            }
        });
        graphs.clear();
    }
}
