package io.intramuros.subsystem;

import io.intramuros.engine.MutableEngineRegistry;
import io.intramuros.engine.Refusal;
import java.util.Locale;
import org.jboss.as.controller.AttributeDefinition;
import org.jboss.as.controller.SimpleAttributeDefinitionBuilder;
import org.jboss.as.controller.registry.AttributeAccess.Flag;
import org.jboss.dmr.ModelNode;
import org.jboss.dmr.ModelType;
import org.wildfly.subsystem.resource.executor.Metric;

/** Questions that no engine heard of, by the reason, for the console, the CLI and {@code /metrics}. */
@SuppressWarnings("ImmutableEnumChecker") // WildFly's attribute definitions hold no state
enum RefusalMetric implements Metric<MutableEngineRegistry> {
    NO_ENGINE(Refusal.NO_ENGINE),
    QUEUE_FULL(Refusal.QUEUE_FULL),
    ALLOWANCE_SPENT(Refusal.ALLOWANCE_SPENT),
    INVALID(Refusal.INVALID),
    NO_RECORD(Refusal.NO_RECORD);

    private final Refusal reason;
    private final AttributeDefinition definition;

    RefusalMetric(Refusal reason) {
        this.reason = reason;
        String name = "refused-" + reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
        this.definition = new SimpleAttributeDefinitionBuilder(name, ModelType.LONG)
                .setFlags(Flag.COUNTER_METRIC)
                .setUndefinedMetricValue(ModelNode.ZERO_LONG)
                .setStorageRuntime()
                .build();
    }

    @Override
    public AttributeDefinition get() {
        return definition;
    }

    @Override
    public ModelNode execute(MutableEngineRegistry engines) {
        return new ModelNode(engines.refusals(reason));
    }
}
