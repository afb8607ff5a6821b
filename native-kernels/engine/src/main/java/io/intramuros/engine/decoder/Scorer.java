package io.intramuros.engine.decoder;

import io.intramuros.engine.ContextExceededException;
import io.intramuros.engine.cache.BlockTable;
import io.intramuros.engine.cache.KvCache;
import io.intramuros.kernels.SampledToken;
import io.intramuros.kernels.SamplingRow;
import io.intramuros.kernels.StepBatch;
import java.util.ArrayList;
import java.util.List;

/** How probable a model finds given tokens: what tests compare with a reference implementation. */
public final class Scorer {
    private final LoadedModel loaded;
    private final int chunkTokens;

    /**
     * @param loaded a model that nobody else uses meanwhile
     * @param chunkTokens tokens per step; the scores do not depend on it
     */
    public Scorer(LoadedModel loaded, int chunkTokens) {
        this.loaded = loaded;
        this.chunkTokens = Math.min(chunkTokens, loaded.transformer().maxRows());
    }

    /**
     * Scores every token but the first, which nothing predicts.
     *
     * @param top how many of the most probable tokens to report beside each
     * @return for {@code tokens[1]}, {@code tokens[2]}, …
     * @throws ContextExceededException if there are more tokens than the model's context
     */
    public List<SampledToken> score(int[] tokens, int top) {
        int context = loaded.card().contextTokens();
        if (tokens.length > context) {
            throw new ContextExceededException(tokens.length, context);
        }
        KvCache cache = loaded.newCache();
        BlockTable table = new BlockTable();
        cache.extend(table, tokens.length);
        List<SampledToken> scores = new ArrayList<>();
        for (int from = 0; from < tokens.length - 1; from += chunkTokens) {
            int count = Math.min(chunkTokens, tokens.length - 1 - from);
            scores.addAll(List.of(loaded.transformer()
                    .step(batch(tokens, from, count, table), rows(tokens, from, count, top))
                    .await()));
        }
        return scores;
    }

    private static StepBatch batch(int[] tokens, int from, int count, BlockTable table) {
        int[] ids = new int[count];
        int[] positions = new int[count];
        int[] logitRows = new int[count];
        for (int i = 0; i < count; i++) {
            ids[i] = tokens[from + i];
            positions[i] = from + i;
            logitRows[i] = i;
        }
        return new StepBatch(ids, positions, new int[] {0, count}, new int[][] {table.blocks()}, logitRows);
    }

    private static SamplingRow[] rows(int[] tokens, int from, int count, int top) {
        SamplingRow[] rows = new SamplingRow[count];
        for (int i = 0; i < count; i++) {
            rows[i] = new SamplingRow(0, 0, 1, 0, from + i + 1, tokens[from + i + 1], top);
        }
        return rows;
    }
}
