package io.intramuros.kernels.cuda;

import io.intramuros.kernels.Activations;
import io.intramuros.kernels.AttentionWeights;
import io.intramuros.kernels.Backend;
import io.intramuros.kernels.DecoderPlan;
import io.intramuros.kernels.DeviceReading;
import io.intramuros.kernels.HostTensor;
import io.intramuros.kernels.KvLayout;
import io.intramuros.kernels.KvStore;
import io.intramuros.kernels.MemoryPlan;
import io.intramuros.kernels.PendingTokens;
import io.intramuros.kernels.RmsNorm;
import io.intramuros.kernels.Rope;
import io.intramuros.kernels.SamplingRow;
import io.intramuros.kernels.Split;
import io.intramuros.kernels.StepBatch;
import io.intramuros.kernels.TensorType;
import io.intramuros.kernels.Weight;
import io.intramuros.kernels.cuda.driver.Gpu;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * GPUs of different sizes, one after the other: each has some of the layers, as many as its memory holds, and hands the
 * residual stream on to the next. A step takes as long as on all of them together, so this is for cards that can't share
 * every layer evenly; where they can, {@link CudaBackend} divides each layer among them.
 */
final class PipelineBackend implements Backend {
    private final List<CudaBackend> stages;
    private final GpuClaim claim;
    private LayerRanges ranges;
    private StepBatch batch;
    private int current;

    /**
     * @param stages one backend per GPU, in the order of the layers; closed with this
     * @param claim to all of the GPUs, given back once they are closed
     */
    PipelineBackend(List<CudaBackend> stages, GpuClaim claim) {
        this.stages = List.copyOf(stages);
        this.claim = claim;
    }

    /**
     * Opens a backend on each GPU; those that were opened are closed again if one can't be.
     *
     * @param claim to all of them, which is the backend's once this returns
     */
    static PipelineBackend open(List<Gpu> gpus, GpuClaim claim) {
        List<CudaBackend> stages = new ArrayList<>();
        try {
            for (Gpu gpu : gpus) {
                stages.add(new CudaBackend(List.of(gpu), GpuClaim.ofNothing(), true, true));
            }
            return new PipelineBackend(stages, claim);
        } catch (RuntimeException | Error e) {
            stages.forEach(CudaBackend::close);
            throw e;
        }
    }

    /** A weight on the stages that need it; {@code null} on the others. */
    private record StagedWeight(Weight[] parts, HostTensor tensor) implements Weight {
        @Override
        public TensorType type() {
            return tensor.type();
        }

        @Override
        public int rows() {
            return tensor.rows();
        }

        @Override
        public int columns() {
            return tensor.columns();
        }

        int firstStage() {
            int stage = 0;
            while (parts[stage] == null) {
                stage++;
            }
            return stage;
        }
    }

    /** Activations on every stage. */
    private record StagedActivations(Activations[] parts) implements Activations {
        @Override
        public int maxRows() {
            return parts[0].maxRows();
        }

        @Override
        public int columns() {
            return parts[0].columns();
        }
    }

    /** The cache, each stage with that of its layers. */
    private record StagedKvStore(KvLayout layout, KvStore[] parts) implements KvStore {}

    @Override
    public String name() {
        return stages.getFirst().name();
    }

    @Override
    public String description() {
        return stages.stream().map(Backend::description).collect(Collectors.joining(", then "))
                + GpuChoice.costOfDifference(gpus()).map("; "::concat).orElse("");
    }

    @Override
    public boolean asynchronous() {
        return true;
    }

    @Override
    public List<DeviceReading> deviceReadings() {
        return stages.stream().flatMap(stage -> stage.deviceReadings().stream()).toList();
    }

    @Override
    public MemoryPlan plan(DecoderPlan plan) {
        ranges = LayerRanges.divide(plan, gpus());
        List<MemoryPlan> plans = new ArrayList<>();
        for (int stage = 0; stage < stages.size(); stage++) {
            plans.add(stages.get(stage).plan(ranges.planOf(stage)));
        }
        return new MemoryPlan(
                plans.stream().mapToInt(MemoryPlan::cacheBlocks).min().orElseThrow(),
                ranges.description() + " "
                        + plans.stream().map(MemoryPlan::account).collect(Collectors.joining(" ")));
    }

    @Override
    public Weight weight(HostTensor tensor, Split split) {
        Weight[] parts = new Weight[stages.size()];
        for (int stage : ranges.stagesOf(tensor)) {
            parts[stage] = stages.get(stage).weight(tensor, split);
        }
        return new StagedWeight(parts, tensor);
    }

    @Override
    public Activations activations(int maxRows, int columns) {
        return new StagedActivations(stages.stream()
                .map(stage -> stage.activations(maxRows, columns))
                .toArray(Activations[]::new));
    }

    @Override
    public KvStore kvStore(KvLayout layout) {
        KvStore[] parts = new KvStore[stages.size()];
        for (int stage = 0; stage < parts.length; stage++) {
            parts[stage] = stages.get(stage).kvStore(ranges.layoutOf(stage, layout));
        }
        return new StagedKvStore(layout, parts);
    }

    @Override
    public void beginStep(StepBatch batch) {
        this.batch = batch;
        current = 0;
        stages.forEach(stage -> stage.beginStep(batch));
    }

    @Override
    public void embed(Weight table, Activations out) {
        stages.getFirst().embed(part(table, 0), part(out, 0));
    }

    @Override
    public void queryKeyValue(
            Activations hidden, RmsNorm norm, AttentionWeights weights, Activations q, Activations k, Activations v) {
        moveTo(((StagedWeight) weights.query()).firstStage(), hidden);
        stage().queryKeyValue(here(hidden), here(norm), here(weights), here(q), here(k), here(v));
    }

    @Override
    public void rotateAndStore(
            int layer,
            Rope rope,
            AttentionWeights weights,
            Activations q,
            Activations k,
            Activations v,
            KvStore cache) {
        stage().rotateAndStore(
                        ranges.layerWithin(current, layer),
                        rope,
                        here(weights),
                        here(q),
                        here(k),
                        here(v),
                        here(cache));
    }

    @Override
    public void attend(int layer, float scale, Activations q, KvStore cache, Activations out) {
        stage().attend(ranges.layerWithin(current, layer), scale, here(q), here(cache), here(out));
    }

    @Override
    public void projectAdd(Activations in, Weight w, Activations residual) {
        stage().projectAdd(here(in), here(w), here(residual));
    }

    @Override
    public void gatedUp(Activations hidden, RmsNorm norm, Weight gate, Weight up, Activations out) {
        stage().gatedUp(here(hidden), here(norm), here(gate), here(up), here(out));
    }

    @Override
    public PendingTokens sample(Activations hidden, RmsNorm norm, Weight head, SamplingRow[] rows) {
        moveTo(stages.size() - 1, hidden);
        return stage().sample(here(hidden), here(norm), here(head), rows);
    }

    @Override
    public float[][] read(Activations activations, int rows) {
        return stage().read(here(activations), rows);
    }

    @Override
    public void endStep() {
        RuntimeException first = null;
        for (CudaBackend stage : stages) {
            try {
                stage.endStep();
            } catch (RuntimeException e) {
                first = first == null ? e : first;
            }
        }
        batch = null;
        if (first != null) {
            throw first;
        }
    }

    @Override
    public void close() {
        try (claim) {
            stages.forEach(CudaBackend::close);
        }
    }

    /** Hands the residual stream on, from stage to stage. */
    private void moveTo(int next, Activations hidden) {
        while (current < next) {
            stage().handOver(here(hidden), stages.get(current + 1), part(hidden, current + 1), batch.rows());
            current++;
        }
    }

    private List<Gpu> gpus() {
        return stages.stream().flatMap(stage -> stage.gpus().stream()).toList();
    }

    private CudaBackend stage() {
        return stages.get(current);
    }

    private Activations here(Activations activations) {
        return part(activations, current);
    }

    private Weight here(Weight weight) {
        return part(weight, current);
    }

    private RmsNorm here(RmsNorm norm) {
        return norm == null ? null : new RmsNorm(here(norm.gain()), norm.epsilon());
    }

    private KvStore here(KvStore cache) {
        return ((StagedKvStore) cache).parts[current];
    }

    private AttentionWeights here(AttentionWeights w) {
        return new AttentionWeights(
                here(w.query()),
                here(w.key()),
                here(w.value()),
                here(w.queryBias()),
                here(w.keyBias()),
                here(w.valueBias()),
                here(w.queryNorm()),
                here(w.keyNorm()));
    }

    private static Activations part(Activations activations, int stage) {
        return ((StagedActivations) activations).parts[stage];
    }

    private static Weight part(Weight weight, int stage) {
        return weight == null ? null : ((StagedWeight) weight).parts[stage];
    }
}
