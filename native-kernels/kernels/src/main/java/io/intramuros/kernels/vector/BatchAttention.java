package io.intramuros.kernels.vector;

import io.intramuros.kernels.StepBatch;
import java.util.Arrays;

/**
 * Attention of a whole step: sequences with one new token go to {@link DecodeAttention} where the cache can be streamed,
 * chunks of prompts in pieces to {@link PromptAttention}. Both give the same bits.
 */
final class BatchAttention {
    /** Tokens of a context whose softmax is summed on its own; a multiple of a tile's. */
    static final int SEGMENT = 256;

    private final ThreadTeam team;
    private final DecodeAttention decode;
    private final PromptAttention[] prompt;

    private StepBatch batch;

    // What the batch's first layer found, kept for the others: the first rows of pieces, their sequences, their length.
    private int[] pieces;
    private int[] pieceSequences;
    private int pieceLength;
    private int decoding;

    BatchAttention(ThreadTeam team) {
        this.team = team;
        decode = new DecodeAttention(team);
        prompt = new PromptAttention[team.size()];
        Arrays.setAll(prompt, worker -> new PromptAttention());
    }

    /** Takes on a step. */
    void begin(StepBatch step) {
        batch = step;
        pieces = null;
    }

    /** Attends from every row of {@code q} to {@code out}, both {@code [T, heads · headDim]}. */
    void attend(VectorKvStore cache, int layer, int heads, float scale, float[] q, float[] out) {
        int kvHeads = cache.layout().kvHeads();
        plan(PromptAttention.tokensPerCall(heads / kvHeads), CacheStream.supports(cache));
        if (decoding > 0) {
            decode.attend(cache, layer, heads, scale, q, out);
        }
        team.run(pieces.length * kvHeads, (part, worker) -> {
            int from = pieces[part / kvHeads];
            int s = pieceSequences[part / kvHeads];
            int to = Math.min(batch.sequenceStarts()[s + 1], from + pieceLength);
            int position = batch.positions()[from];
            prompt[worker].attend(
                    cache, layer, batch.blockTables()[s], part % kvHeads, heads, from, to, position, scale, q, out);
        });
    }

    /** Divides the batch: a sequence's last pieces, which attend to most, come first. */
    private void plan(int length, boolean stream) {
        if (pieces != null && pieceLength == length) {
            return;
        }
        int[] first = new int[batch.rows()];
        int[] sequence = new int[batch.rows()];
        int[] alone = new int[batch.sequences()];
        int count = 0;
        decoding = 0;
        for (int s = batch.sequences() - 1; s >= 0; s--) {
            if (stream && batch.newTokens(s) == 1) {
                alone[decoding++] = s;
                continue;
            }
            for (int piece = (batch.newTokens(s) - 1) / length; piece >= 0; piece--) {
                first[count] = batch.sequenceStarts()[s] + piece * length;
                sequence[count++] = s;
            }
        }
        pieces = Arrays.copyOf(first, count);
        pieceSequences = sequence;
        pieceLength = length;
        decode.begin(batch, Arrays.copyOf(alone, decoding));
    }
}
