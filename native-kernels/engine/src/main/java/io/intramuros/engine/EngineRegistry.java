package io.intramuros.engine;

import java.util.List;
import java.util.Optional;

/**
 * The engines of this server, bound in JNDI at {@value #JNDI_NAME}. The registry outlives every engine in it, so that
 * adding, changing or removing an engine disturbs no deployment.
 */
public interface EngineRegistry {
    /** Where the server binds it. */
    String JNDI_NAME = "java:jboss/intramuros/engines";

    /** All engines, ready or not, by name. */
    List<InferenceEngine> engines();

    /** The engine of that name. */
    default Optional<InferenceEngine> find(String name) {
        return engines().stream().filter(engine -> engine.name().equals(name)).findFirst();
    }

    /** Hears of a question that was refused before any engine computed; a server counts them for its administrators. */
    default void refused(Refusal why) {}
}
