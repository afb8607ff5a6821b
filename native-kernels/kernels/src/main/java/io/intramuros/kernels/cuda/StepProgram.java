package io.intramuros.kernels.cuda;

import io.intramuros.kernels.KvLayout;
import io.intramuros.kernels.Rope;
import io.intramuros.kernels.StepBatch;
import java.util.List;

/**
 * What a step does: operations in their order, and the facts about them that the host's tables depend on. All ranks of a
 * backend share it.
 */
final class StepProgram {
    private final StepBatch batch;
    private final List<Operation> operations;
    private final Logits logits;
    private final Operation.Attend attention;
    private final Operation.RotateAndStore rotation;

    /**
     * The logits of a step: {@code norm(hidden)·headᵀ} of its logit rows.
     *
     * @param gain of the norm
     */
    record Logits(CudaActivations hidden, CudaWeight gain, float epsilon, CudaWeight head) {}

    /**
     * @param batch the step's tokens
     * @param operations in the order in which the engine asked for them
     * @param logits where to end, or {@code null} without logits
     */
    StepProgram(StepBatch batch, List<Operation> operations, Logits logits) {
        this.batch = batch;
        this.operations = List.copyOf(operations);
        this.logits = logits;
        attention = first(Operation.Attend.class);
        rotation = first(Operation.RotateAndStore.class);
    }

    private <T extends Operation> T first(Class<T> kind) {
        for (Operation operation : operations) {
            if (kind.isInstance(operation)) {
                return kind.cast(operation);
            }
        }
        return null;
    }

    StepBatch batch() {
        return batch;
    }

    List<Operation> operations() {
        return operations;
    }

    /** Where it ends, or {@code null} without logits. */
    Logits logits() {
        return logits;
    }

    /** The cache that the step uses, or {@code null}; all layers use the same. */
    KvLayout cache() {
        if (attention != null) {
            return attention.cache().layout();
        }
        return rotation == null ? null : rotation.cache().layout();
    }

    /** The first operation that attends, or {@code null}. */
    Operation.Attend attention() {
        return attention;
    }

    /** The rotation of all layers, or {@code null}. */
    Rope rope() {
        return rotation == null ? null : rotation.rope();
    }

    /** Whether every sequence has one new token, so that the step has the shape of many others. */
    boolean decodes() {
        return batch.rows() == batch.sequences() && attention != null;
    }
}
