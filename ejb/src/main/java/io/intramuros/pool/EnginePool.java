package io.intramuros.pool;

import io.intramuros.engine.EnginePace;
import io.intramuros.engine.EngineRegistry;
import io.intramuros.engine.EngineStatistics;
import io.intramuros.engine.EngineStatus;
import io.intramuros.engine.InferenceEngine;
import io.intramuros.engine.ModelCard;
import io.intramuros.engine.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/**
 * The engines of this server. They belong to the container and come and go by administrators' commands, so they are
 * looked up for each question; none is kept.
 */
@ApplicationScoped
public class EnginePool {
    private static final Logger LOG = Logger.getLogger(EnginePool.class.getName());
    private static final Duration WHILE_LOADING = Duration.ofSeconds(5);

    private final Supplier<Optional<EngineRegistry>> registry;
    private final Map<String, Instant> readySince = new ConcurrentHashMap<>();

    /** The engines bound in JNDI. */
    public EnginePool() {
        this(EnginePool::lookUp);
    }

    /** Engines from elsewhere. */
    public EnginePool(Supplier<Optional<EngineRegistry>> registry) {
        this.registry = registry;
    }

    /**
     * Chooses who answers: of the ready engines that serve the model, the least busy; one that drains if there is no other.
     *
     * @param model the model asked for; {@code null} for the house's default, the first by its engine's name
     * @throws NoEngineException if there is none, or none that is ready
     */
    public PooledEngine pick(String model) {
        List<InferenceEngine> engines = engines();
        List<PooledEngine> ready = ready(engines);
        String wanted = model != null ? model : defaultModel(ready).orElse(null);
        return ready.stream()
                .filter(candidate -> candidate.card().id().equals(wanted))
                .min(Comparator.comparing((PooledEngine candidate) -> drains(candidate.engine()))
                        .thenComparingInt(candidate -> load(candidate.engine())))
                .orElseThrow(() -> refusal(model, engines));
    }

    /** The engines that are ready, by name. */
    public List<PooledEngine> ready() {
        return ready(engines());
    }

    /** Lets the server's administrators see that a question was refused before any engine computed. */
    public void refused(Refusal why) {
        registry.get().ifPresent(engines -> engines.refused(why));
    }

    private List<InferenceEngine> engines() {
        return registry.get().map(EngineRegistry::engines).orElse(List.of()).stream()
                .sorted(Comparator.comparing(InferenceEngine::name))
                .toList();
    }

    private List<PooledEngine> ready(List<InferenceEngine> engines) {
        return engines.stream()
                .filter(engine -> engine.status().state() == EngineStatus.State.READY)
                .flatMap(engine -> engine.model().map(card -> pooled(engine, card)).stream())
                .toList();
    }

    private PooledEngine pooled(InferenceEngine engine, ModelCard card) {
        Instant since = readySince.computeIfAbsent(engine.name() + ' ' + card.digest(), _ -> Instant.now());
        return new PooledEngine(engine, card, since);
    }

    private static Optional<String> defaultModel(List<PooledEngine> ready) {
        return ready.stream().map(first -> first.card().id()).findFirst();
    }

    private static boolean drains(InferenceEngine engine) {
        return engine.pace().speed() == EnginePace.Speed.DRAINING;
    }

    private static int load(InferenceEngine engine) {
        EngineStatistics now = engine.statistics();
        return now.queued() + now.running();
    }

    /** An engine that was never ready does not know its model yet, but its name is what clients ask for by default. */
    private static NoEngineException refusal(String model, List<InferenceEngine> engines) {
        if (engines.isEmpty()) {
            return unavailable("No model is set up on this server. An administrator adds one in the console.", null);
        }
        Optional<InferenceEngine> notReady = engines.stream()
                .filter(engine -> model == null || serves(engine, model))
                .filter(engine -> engine.status().state() != EngineStatus.State.READY)
                .findFirst();
        if (notReady.isPresent()) {
            return notReady(notReady.get());
        }
        Optional<InferenceEngine> loading = engines.stream()
                .filter(engine -> engine.status().state() == EngineStatus.State.LOADING)
                .findFirst();
        if (loading.isPresent()) {
            return notReady(loading.get());
        }
        return new NoEngineException(
                NoEngineException.Reason.UNKNOWN_MODEL,
                "There is no model \"" + model + "\" on this server. The list of models says which there are.",
                null);
    }

    private static boolean serves(InferenceEngine engine, String model) {
        return engine.name().equals(model)
                || engine.model().filter(card -> card.id().equals(model)).isPresent();
    }

    private static NoEngineException notReady(InferenceEngine engine) {
        return switch (engine.status().state()) {
            case LOADING, READY ->
                unavailable("The model of engine " + engine.name() + " is loading. Try again soon.", WHILE_LOADING);
            case FAILED ->
                unavailable(
                        "The model of engine " + engine.name()
                                + " has failed. An administrator finds the reason in the console.",
                        null);
            case STOPPED -> unavailable("The model of engine " + engine.name() + " has been stopped.", null);
        };
    }

    private static NoEngineException unavailable(String message, Duration retryAfter) {
        return new NoEngineException(NoEngineException.Reason.NOT_READY, message, retryAfter);
    }

    /** By a fixed name of this server's own; by injection, a server without the subsystem could not deploy at all. */
    @SuppressWarnings("BanJNDI")
    private static Optional<EngineRegistry> lookUp() {
        try {
            return Optional.of(InitialContext.doLookup(EngineRegistry.JNDI_NAME));
        } catch (NamingException e) {
            LOG.log(
                    Level.WARNING,
                    "No engines at {0}: is the subsystem intramuros part of this server? {1}",
                    new Object[] {EngineRegistry.JNDI_NAME, e.getMessage()});
            return Optional.empty();
        }
    }
}
