package io.intramuros.engine.decoder;

import io.intramuros.engine.EngineSettings;
import io.intramuros.engine.ModelCard;
import io.intramuros.engine.cache.KvCache;
import io.intramuros.engine.model.Model;
import io.intramuros.engine.model.ModelConfig;
import io.intramuros.engine.model.ModelLoader;
import io.intramuros.engine.tokenizer.Tokenizer;
import io.intramuros.kernels.Backend;
import io.intramuros.kernels.BackendOptions;
import io.intramuros.kernels.Backends;
import io.intramuros.kernels.DecoderPlan;
import io.intramuros.kernels.DeviceReading;
import io.intramuros.kernels.KvLayout;
import io.intramuros.kernels.KvStore;
import io.intramuros.kernels.MemoryPlan;
import io.intramuros.kernels.TensorType;
import io.intramuros.kernels.UnsuitableSettingException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** A model that is ready to compute: opened, its weights placed on a backend, its cache's memory allocated. */
public final class LoadedModel implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LoadedModel.class.getName());

    private final Model model;
    private final Backend backend;
    private final String memoryAccount;
    private final KvLayout layout;
    private final Transformer transformer;
    private final long weightBytesPerStep;
    private final ModelCard card;

    private LoadedModel(
            Model model,
            Backend backend,
            String memoryAccount,
            KvLayout layout,
            Transformer transformer,
            long weightBytesPerStep,
            ModelCard card) {
        this.model = model;
        this.backend = backend;
        this.memoryAccount = memoryAccount;
        this.layout = layout;
        this.transformer = transformer;
        this.weightBytesPerStep = weightBytesPerStep;
        this.card = card;
    }

    /**
     * Loads the model of these settings on the backend of that name.
     *
     * @param progress hears what is being done, in a sentence; may throw to give up
     * @throws io.intramuros.engine.model.ModelFormatException if the model is damaged or of a kind not supported
     * @throws io.intramuros.kernels.OutOfDeviceMemoryException if it does not fit
     * @throws UnsuitableSettingException if a setting does not suit the model or the machine
     */
    public static LoadedModel load(EngineSettings settings, Consumer<String> progress) {
        return load(settings, options -> Backends.open(settings.backend(), options), progress);
    }

    /**
     * The same on a given backend.
     *
     * @param openBackend opens the backend; closed with the loaded model
     */
    public static LoadedModel load(
            EngineSettings settings, Function<BackendOptions, Backend> openBackend, Consumer<String> progress) {
        progress.accept("Opening " + settings.modelPath() + ".");
        Model model = ModelLoader.open(settings.modelPath());
        Backend backend = null;
        try {
            progress.accept("Starting the backend " + settings.backend() + ".");
            backend = openBackend.apply(options(settings));
            return place(settings, model, backend, progress);
        } catch (Throwable failure) {
            if (backend != null) {
                backend.close();
            }
            model.close();
            throw failure;
        }
    }

    private static BackendOptions options(EngineSettings settings) {
        int cores = Runtime.getRuntime().availableProcessors();
        return new BackendOptions(settings.threads() == 0 ? cores : settings.threads(), settings.devices());
    }

    private static LoadedModel place(EngineSettings settings, Model model, Backend backend, Consumer<String> progress) {
        CachePlan cache = CachePlan.of(settings, model.config(), cacheType(model));
        MemoryPlan memory = memory(settings, model, cache, backend);
        LOG.log(System.Logger.Level.INFO, "The engine " + settings.name() + " divides its memory. " + memory.account());
        int layers = model.config().layers();
        DecoderWeights weights = DecoderWeights.place(
                model.tensors(),
                model.config(),
                backend,
                placed -> progress.accept(
                        "Placing weights: layer " + placed + " of " + layers + ". " + memory.account()));
        progress.accept("Allocating the cache.");
        KvLayout layout = cache.layout(memory.cacheBlocks());
        KvStore store = backend.kvStore(layout);
        Transformer transformer = new Transformer(model.config(), weights, backend, store, settings.tokenBudget());
        progress.accept("Computing the digest of the weights.");
        ModelCard card = new ModelCard(
                settings.modelId(),
                model.config().displayName(),
                model.config().family(),
                model.parameters(),
                model.precision(),
                model.quantised(),
                model.digest(),
                cache.contextTokens(layout.blocks()),
                backend.name(),
                settings.demonstration());
        return new LoadedModel(model, backend, memory.account(), layout, transformer, weights.bytesPerStep(), card);
    }

    private static MemoryPlan memory(EngineSettings settings, Model model, CachePlan cache, Backend backend) {
        try {
            return backend.plan(plan(settings, model, cache));
        } catch (UnsuitableSettingException e) {
            throw new UnsuitableSettingException(settings.modelPath() + ": " + e.getMessage(), e);
        }
    }

    /** All that will be placed. */
    private static DecoderPlan plan(EngineSettings settings, Model model, CachePlan cache) {
        ModelConfig config = model.config();
        return new DecoderPlan(
                DecoderWeights.outside(model.tensors(), config),
                DecoderWeights.layers(model.tensors(), config),
                cache.block(),
                cache.wantedBlocks(),
                cache.leastBlocks(),
                settings.tokenBudget(),
                settings.maxBatchSize(),
                (long) settings.maxBatchSize() * cache.contextBlocks(),
                Transformer.activationColumns(config),
                config.queryHeads(),
                config.vocabularySize());
    }

    /** Full precision in the cache for full-precision weights; BF16 loses nothing that other weights had. */
    private static TensorType cacheType(Model model) {
        TensorType weights = model.tensors().layers().getFirst().query().type();
        return weights == TensorType.F32 ? TensorType.F32 : TensorType.BF16;
    }

    /** What it is. */
    public ModelCard card() {
        return card;
    }

    /** The opened model, for its tokenizer and template. */
    public Model model() {
        return model;
    }

    /** The model's tokenizer. */
    public Tokenizer tokenizer() {
        return model.tokenizer();
    }

    /** Computes steps. */
    public Transformer transformer() {
        return transformer;
    }

    /** Empty books for the cache's memory. At most one of them may be in use. */
    public KvCache newCache() {
        return new KvCache(layout.blocks(), layout.blockTokens());
    }

    /** Bytes of one block of the cache. */
    public long blockBytes() {
        return layout.blockBytes();
    }

    /** Bytes of weights that every step reads. */
    public long weightBytesPerStep() {
        return weightBytesPerStep;
    }

    /** What computes, in a line. */
    public String backendDescription() {
        return backend.description();
    }

    /** What takes how much memory, in sentences. */
    public String memoryAccount() {
        return memoryAccount;
    }

    /** What was last read of each GPU that computes. From any thread, until {@link #close}. */
    public List<DeviceReading> deviceReadings() {
        return backend.deviceReadings();
    }

    /** Frees the backend's memory, then unmaps the weights. No step may be running. */
    @Override
    public void close() {
        try (model) {
            backend.close();
        }
    }
}
