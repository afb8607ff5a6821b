package io.intramuros.kernels.cuda;

import io.intramuros.kernels.DecoderPlan;
import io.intramuros.kernels.DecoderPlan.PlannedWeight;
import io.intramuros.kernels.HostTensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The weights that an engine has announced, as they will lie on the GPUs.
 *
 * @param outside those of no layer
 * @param layers those of each layer
 * @param byTensor where each of them belongs
 */
record PlannedWeights(WeightGroup outside, List<WeightGroup> layers, Map<HostTensor, Place> byTensor) {
    /** Nothing was announced: every weight gets memory of its own. */
    static final PlannedWeights NONE = new PlannedWeights(null, List.of(), Map.of());

    /** A weight and those it lies with. */
    record Place(CudaWeight weight, WeightGroup group) {}

    static PlannedWeights of(DecoderPlan plan, int ranks) {
        Map<HostTensor, Place> places = new HashMap<>();
        WeightGroup outside = group(plan.outside(), ranks, places);
        List<WeightGroup> layers = new ArrayList<>();
        for (List<PlannedWeight> layer : plan.layers()) {
            layers.add(group(layer, ranks, places));
        }
        return new PlannedWeights(outside, List.copyOf(layers), Map.copyOf(places));
    }

    private static WeightGroup group(List<PlannedWeight> planned, int ranks, Map<HostTensor, Place> places) {
        WeightGroup group = new WeightGroup(planned, ranks);
        for (int i = 0; i < planned.size(); i++) {
            places.put(planned.get(i).tensor(), new Place(group.weights().get(i), group));
        }
        return group;
    }
}
