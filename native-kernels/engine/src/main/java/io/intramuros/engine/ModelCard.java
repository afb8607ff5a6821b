package io.intramuros.engine;

/**
 * What ran: enough to prove afterwards which weights gave an answer.
 *
 * @param id the name clients ask for, the engine's name unless the administrator set another
 * @param displayName what people call the model: its directory's or its file's name
 * @param family the architecture's name, such as {@code llama} or {@code qwen2}
 * @param parameters number of weights
 * @param precision what the weights are stored in, such as {@code BF16} or {@code Q4_1}; mixed files name their most
 *     common matrix type first
 * @param quantised whether these are not the full weights as published
 * @param digest SHA-256 over the weights' files, {@code sha256:…}
 * @param contextTokens the longest prompt and answer together
 * @param backend the backend's name
 * @param demonstration whether the administrator marked it as a small model that only shows how things work; every door
 *     says so beside its answers
 */
public record ModelCard(
        String id,
        String displayName,
        String family,
        long parameters,
        String precision,
        boolean quantised,
        String digest,
        int contextTokens,
        String backend,
        boolean demonstration) {}
