package io.intramuros.kernels;

/**
 * A token taken from one row of logits.
 *
 * @param id the token
 * @param logprob its natural log-probability under the model itself, before temperature and limits; NaN when the row
 *     of logits was not finite, which the engine treats as a fault of that sequence
 * @param topIds the most probable tokens, best first, as many as were asked for
 * @param topLogprobs their log-probabilities
 */
public record SampledToken(int id, float logprob, int[] topIds, float[] topLogprobs) {}
