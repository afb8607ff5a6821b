package io.intramuros.kernels.cuda;

import io.intramuros.kernels.KvLayout;
import io.intramuros.kernels.Rope;
import io.intramuros.kernels.StepBatch;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a step does: operations in their order, and the facts about them that the host's tables depend on.
 *
 * @param batch the step's tokens
 * @param operations in the order in which the engine asked for them
 * @param logits where to end, or {@code null} without logits
 */
record StepProgram(StepBatch batch, List<Operation> operations, Logits logits) {
    StepProgram {
        operations = List.copyOf(operations);
    }

    /**
     * The logits of a step: {@code norm(hidden)·headᵀ} of its logit rows.
     *
     * @param gain of the norm
     */
    record Logits(CudaActivations hidden, CudaWeight gain, float epsilon, CudaWeight head) {}

    /** The cache that the step uses, or {@code null}; all layers use the same. */
    KvLayout cache() {
        return operations.stream()
                .flatMap(operation -> switch (operation) {
                    case Operation.Attend attend -> Stream.of(attend.cache().layout());
                    case Operation.RotateAndStore store ->
                        Stream.of(store.cache().layout());
                    default -> Stream.empty();
                })
                .findFirst()
                .orElse(null);
    }

    /** The first operation that attends, or {@code null}. */
    Operation.Attend attention() {
        return operations.stream()
                .filter(Operation.Attend.class::isInstance)
                .map(Operation.Attend.class::cast)
                .findFirst()
                .orElse(null);
    }

    /** The rotation of all layers, or {@code null}. */
    Rope rope() {
        return operations.stream()
                .filter(Operation.RotateAndStore.class::isInstance)
                .map(operation -> ((Operation.RotateAndStore) operation).rope())
                .findFirst()
                .orElse(null);
    }

    /** Whether every sequence has one new token, so that the step has the shape of many others. */
    boolean decodes() {
        return batch.rows() == batch.sequences() && attention() != null;
    }
}
