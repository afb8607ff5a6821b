package io.intramuros.subsystem;

import io.intramuros.engine.EngineRegistry;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.as.controller.AbstractRuntimeOnlyHandler;
import org.jboss.as.controller.OperationContext;
import org.jboss.as.controller.descriptions.ModelDescriptionConstants;
import org.jboss.as.controller.registry.ManagementResourceRegistration;
import org.jboss.dmr.ModelNode;

/** Answers {@code read-attribute} for every {@link EngineFact}. */
final class EngineFactReader extends AbstractRuntimeOnlyHandler {
    private static final Map<String, EngineFact> FACTS = Arrays.stream(EngineFact.values())
            .collect(Collectors.toUnmodifiableMap(fact -> fact.definition().getName(), Function.identity()));

    private final EngineRegistry engines;

    EngineFactReader(EngineRegistry engines) {
        this.engines = engines;
    }

    void register(ManagementResourceRegistration registration) {
        FACTS.values().forEach(fact -> registration.registerReadOnlyAttribute(fact.definition(), this));
    }

    @Override
    protected void executeRuntimeStep(OperationContext context, ModelNode operation) {
        EngineFact fact =
                FACTS.get(operation.require(ModelDescriptionConstants.NAME).asString());
        ModelNode value = engines.find(context.getCurrentAddressValue())
                .map(fact::read)
                .orElseGet(() -> fact == EngineFact.STATE ? EngineFact.STOPPED : new ModelNode());
        context.getResult().set(value);
    }
}
