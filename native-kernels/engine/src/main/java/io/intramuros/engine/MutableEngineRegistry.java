package io.intramuros.engine;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/** A registry that whoever starts and stops engines keeps up to date. Thread-safe; it owns no engine and closes none. */
public final class MutableEngineRegistry implements EngineRegistry {
    private final ConcurrentMap<String, InferenceEngine> engines = new ConcurrentHashMap<>();
    private final Map<Refusal, LongAdder> refusals = new EnumMap<>(Refusal.class);

    /** An empty one. */
    public MutableEngineRegistry() {
        for (Refusal why : Refusal.values()) {
            refusals.put(why, new LongAdder());
        }
    }

    /**
     * Makes an engine known.
     *
     * @throws IllegalStateException if an engine of its name is known already
     */
    public void add(InferenceEngine engine) {
        if (engines.putIfAbsent(engine.name(), engine) != null) {
            throw new IllegalStateException("there is an engine named " + engine.name() + " already");
        }
    }

    /** Forgets an engine; does nothing if it is not, or no longer, the one known by its name. */
    public void remove(InferenceEngine engine) {
        engines.remove(engine.name(), engine);
    }

    @Override
    public void refused(Refusal why) {
        refusals.get(why).increment();
    }

    /** How many questions were refused for that reason. */
    public long refusals(Refusal why) {
        return refusals.get(why).sum();
    }

    @Override
    public List<InferenceEngine> engines() {
        return engines.values().stream()
                .sorted(Comparator.comparing(InferenceEngine::name))
                .toList();
    }
}
