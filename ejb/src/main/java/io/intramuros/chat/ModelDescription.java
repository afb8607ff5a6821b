package io.intramuros.chat;

import java.time.Instant;

/**
 * A model as people and programs see it.
 *
 * @param id the name to ask for
 * @param displayName the model's own name
 * @param parameters number of weights
 * @param precision what the weights are stored in
 * @param quantised whether these are not the full weights as published
 * @param demonstration whether this is the small model of the demonstration, good for trying the house, not for work
 * @param digest SHA-256 of the weights
 * @param contextTokens the longest prompt and answer together
 * @param readySince when it became ready
 */
public record ModelDescription(
        String id,
        String displayName,
        long parameters,
        String precision,
        boolean quantised,
        boolean demonstration,
        String digest,
        int contextTokens,
        Instant readySince) {}
