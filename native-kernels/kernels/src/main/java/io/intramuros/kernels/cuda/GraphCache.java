package io.intramuros.kernels.cuda;

import io.intramuros.kernels.cuda.driver.GpuGraph;
import io.intramuros.kernels.cuda.driver.GpuStream;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Captured steps by their shape. The first step of a shape runs without one, as the driver loads kernels when they are
 * first used, which it won't do while it captures; the second is captured; from then on the graph is replayed.
 */
final class GraphCache {
    /** Shapes in use at one time are few; each graph holds some hundred kernels' arguments. */
    private static final int MOST_GRAPHS = 64;

    private final Map<StepShape, Step> steps = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * What a step of some shape did last.
     *
     * @param graph of it, or {@code null} if it has been run once
     */
    private record Step(List<Operation> operations, StepProgram.Logits logits, GpuGraph graph) {
        static Step of(StepProgram program, GpuGraph graph) {
            return new Step(program.operations(), program.logits(), graph);
        }

        boolean does(StepProgram program) {
            return operations.equals(program.operations()) && Objects.equals(logits, program.logits());
        }

        void forget() {
            if (graph != null) {
                graph.close();
            }
        }
    }

    /**
     * Whether a step has run once as it is and is to be captured before it runs again. A model's steps of one shape all do
     * the same, so that one is found by its shape and then compared: operations are hundreds, and to hash them takes as
     * long as to compare them.
     */
    boolean captures(StepProgram program, StepShape shape) {
        Step known = steps.get(shape);
        return known != null && known.graph() == null && known.does(program);
    }

    /** Captures a step, so that it is replayed from now on. */
    void capture(GpuStream stream, StepProgram program, StepShape shape, Runnable work) {
        keep(shape, Step.of(program, stream.capture(work)));
    }

    /** Puts the step into the queue, by a graph if there is one. */
    void run(GpuStream stream, StepProgram program, StepShape shape, Runnable work) {
        Step known = steps.get(shape);
        if (known != null && known.graph() != null && known.does(program)) {
            stream.launch(known.graph());
        } else {
            keep(shape, Step.of(program, null));
            work.run();
        }
    }

    private void keep(StepShape shape, Step step) {
        Step before = steps.put(shape, step);
        if (before != null) {
            before.forget();
        }
        if (steps.size() > MOST_GRAPHS) {
            Iterator<Step> oldest = steps.values().iterator();
            oldest.next().forget();
            oldest.remove();
        }
    }

    /** Forgets all: addresses that they hold may have changed. */
    void clear() {
        steps.values().forEach(Step::forget);
        steps.clear();
    }
}
