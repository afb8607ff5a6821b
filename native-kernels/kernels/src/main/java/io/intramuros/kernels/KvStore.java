package io.intramuros.kernels;

/**
 * The keys and values of every block, layer and head where a backend wants them. Which block belongs to which sequence
 * is the engine's business; a {@link StepBatch} carries the block tables.
 */
public interface KvStore {
    /** What was asked of {@link Backend#kvStore}. */
    KvLayout layout();
}
