package io.intramuros.kernels.cuda;

import io.intramuros.kernels.DecoderPlan;
import io.intramuros.kernels.HostTensor;
import io.intramuros.kernels.KvLayout;
import io.intramuros.kernels.UnsuitableSettingException;
import io.intramuros.kernels.cuda.driver.Gpu;
import java.util.ArrayList;
import java.util.List;

/**
 * Which layers each stage of a pipeline has: in proportion to its GPU's memory, after what belongs to no layer. The first
 * stage has the embedding, the last one the norm and the head of the logits.
 */
final class LayerRanges {
    private final DecoderPlan plan;
    private final List<Gpu> gpus;

    /** The first layer of each stage, then the number of layers. */
    private final int[] starts;

    private LayerRanges(DecoderPlan plan, List<Gpu> gpus, int[] starts) {
        this.plan = plan;
        this.gpus = gpus;
        this.starts = starts;
    }

    /**
     * Divides a decoder's layers.
     *
     * @param gpus one for each stage
     * @throws UnsuitableSettingException if there are fewer layers than GPUs
     */
    static LayerRanges divide(DecoderPlan plan, List<Gpu> gpus) {
        int stages = gpus.size();
        int layers = plan.layers().size();
        if (layers < stages) {
            throw new UnsuitableSettingException("a model of " + layers + " layers can't be divided among " + stages
                    + " GPUs of different sizes; name fewer in the engine's devices");
        }
        long[] room = new long[stages];
        long total = 0;
        for (int stage = 0; stage < stages; stage++) {
            room[stage] = Math.max(0, gpus.get(stage).memoryBytes() - outsideBytes(plan, stage, stages));
            total += room[stage];
        }
        int[] starts = new int[stages + 1];
        long before = 0;
        for (int stage = 1; stage < stages; stage++) {
            before += room[stage - 1];
            int share = total == 0 ? layers * stage / stages : (int) Math.round((double) layers * before / total);
            // Every stage has a layer.
            starts[stage] = Math.clamp(share, starts[stage - 1] + 1, layers - (stages - stage));
        }
        starts[stages] = layers;
        return new LayerRanges(plan, gpus, starts);
    }

    private static long outsideBytes(DecoderPlan plan, int stage, int stages) {
        return outside(plan, stage, stages).stream()
                .mapToLong(weight -> weight.tensor().data().byteSize())
                .sum();
    }

    /** The embedding stands first in a plan; with tied embeddings it is the head as well. */
    private static List<DecoderPlan.PlannedWeight> outside(DecoderPlan plan, int stage, int stages) {
        List<DecoderPlan.PlannedWeight> all = plan.outside();
        List<DecoderPlan.PlannedWeight> here = new ArrayList<>();
        boolean tied = all.stream().filter(weight -> weight.tensor().rows() > 1).count() == 1;
        if (stage == 0 || (tied && stage == stages - 1)) {
            here.add(all.getFirst());
        }
        if (stage == stages - 1) {
            here.addAll(all.subList(1, all.size()));
        }
        return here;
    }

    private int stages() {
        return starts.length - 1;
    }

    /** The plan of one stage. */
    DecoderPlan planOf(int stage) {
        return new DecoderPlan(
                outside(plan, stage, stages()),
                plan.layers().subList(starts[stage], starts[stage + 1]),
                layoutOf(stage, plan.cacheBlock()),
                plan.wantedBlocks(),
                plan.leastBlocks(),
                plan.maxRows(),
                plan.maxSequences(),
                plan.maxTableEntries(),
                plan.activationColumns(),
                plan.queryHeads(),
                plan.vocabulary());
    }

    /** The cache of a stage's layers. */
    KvLayout layoutOf(int stage, KvLayout whole) {
        return new KvLayout(
                starts[stage + 1] - starts[stage],
                whole.blocks(),
                whole.blockTokens(),
                whole.kvHeads(),
                whole.headDim(),
                whole.type());
    }

    /** The number that a layer has within its stage. */
    int layerWithin(int stage, int layer) {
        return layer - starts[stage];
    }

    /** The stages that need a tensor. */
    List<Integer> stagesOf(HostTensor tensor) {
        List<Integer> found = new ArrayList<>();
        for (int stage = 0; stage < stages(); stage++) {
            boolean here = outside(plan, stage, stages()).stream()
                    .anyMatch(weight -> weight.tensor().equals(tensor));
            for (int layer = starts[stage]; !here && layer < starts[stage + 1]; layer++) {
                here = plan.layers().get(layer).stream()
                        .anyMatch(weight -> weight.tensor().equals(tensor));
            }
            if (here) {
                found.add(stage);
            }
        }
        return found;
    }

    /** Which layers are where, in a sentence. */
    String description() {
        List<String> parts = new ArrayList<>();
        for (int stage = 0; stage < stages(); stage++) {
            parts.add("GPU " + gpus.get(stage).ordinal() + " has " + (starts[stage] + 1) + " to " + starts[stage + 1]);
        }
        return "The layers are divided: " + String.join(", ", parts) + ".";
    }
}
