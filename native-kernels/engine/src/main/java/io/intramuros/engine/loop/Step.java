package io.intramuros.engine.loop;

import io.intramuros.engine.generation.Answer;
import io.intramuros.engine.scheduler.Chunk;
import io.intramuros.kernels.SamplingRow;
import io.intramuros.kernels.StepBatch;
import java.util.List;

/**
 * A plan as the backend wants it.
 *
 * @param batch tokens, positions and block tables
 * @param sampling one per sequence that draws, in the plan's order
 * @param promptTokens tokens of prompts among those computed
 */
record Step(StepBatch batch, SamplingRow[] sampling, int promptTokens) {

    static Step of(List<Chunk<Answer>> plan) {
        int rows = 0;
        int draws = 0;
        for (Chunk<Answer> chunk : plan) {
            rows += chunk.count();
            draws += chunk.last() ? 1 : 0;
        }
        int[] tokenIds = new int[rows];
        int[] positions = new int[rows];
        int[] starts = new int[plan.size() + 1];
        int[][] blockTables = new int[plan.size()][];
        int[] logitRows = new int[draws];
        SamplingRow[] sampling = new SamplingRow[draws];
        int row = 0;
        int draw = 0;
        int promptTokens = 0;
        for (int s = 0; s < plan.size(); s++) {
            Chunk<Answer> chunk = plan.get(s);
            Answer answer = chunk.sequence();
            int computed = answer.computed();
            blockTables[s] = answer.blocks().blocks();
            System.arraycopy(answer.tokens(), computed, tokenIds, row, chunk.count());
            for (int i = 0; i < chunk.count(); i++) {
                positions[row++] = computed + i;
            }
            starts[s + 1] = row;
            promptTokens += Math.clamp(answer.promptLength() - computed, 0, chunk.count());
            if (chunk.last()) {
                logitRows[draw] = row - 1;
                sampling[draw++] = answer.samplingRow();
            }
        }
        return new Step(new StepBatch(tokenIds, positions, starts, blockTables, logitRows), sampling, promptTokens);
    }
}
