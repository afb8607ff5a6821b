package io.intramuros.kernels;

/**
 * The weights of one attention layer but for its output projection. {@code null} stands for what a family lacks.
 *
 * @param query {@code [H·E, D]}
 * @param key {@code [K·E, D]}
 * @param value {@code [K·E, D]}
 * @param queryBias {@code [1, H·E]} or {@code null} (Qwen2 has biases)
 * @param keyBias {@code [1, K·E]} or {@code null}
 * @param valueBias {@code [1, K·E]} or {@code null}
 * @param queryNorm per head, gain {@code [1, E]}, or {@code null} (Qwen3 has head norms)
 * @param keyNorm per head, gain {@code [1, E]}, or {@code null}
 */
public record AttentionWeights(
        Weight query,
        Weight key,
        Weight value,
        Weight queryBias,
        Weight keyBias,
        Weight valueBias,
        RmsNorm queryNorm,
        RmsNorm keyNorm) {}
