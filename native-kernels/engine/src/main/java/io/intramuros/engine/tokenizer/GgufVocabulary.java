package io.intramuros.engine.tokenizer;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * The tokenizer part of a GGUF file's metadata ({@code tokenizer.ggml.*}).
 *
 * @param model {@code gpt2} or {@code llama}
 * @param pre how text is cut before merging, for {@code gpt2}
 * @param tokens spelling by id
 * @param types kind of each token, by GGUF's numbers
 * @param scores rank of each token, for {@code llama}
 * @param merges merges in their order, {@code "left right"}, for {@code gpt2}
 * @param bos the opening token
 * @param eos the closing token
 * @param unknown the token for what the vocabulary cannot write
 * @param addBos whether the opening token is added
 * @param addEos whether the closing token is added
 * @param addSpacePrefix whether text gets a space in front, for {@code llama}
 */
public record GgufVocabulary(
        String model,
        Optional<String> pre,
        String[] tokens,
        long[] types,
        double[] scores,
        String[] merges,
        OptionalInt bos,
        OptionalInt eos,
        OptionalInt unknown,
        Optional<Boolean> addBos,
        Optional<Boolean> addEos,
        Optional<Boolean> addSpacePrefix) {}
