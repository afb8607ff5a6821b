package io.intramuros.subsystem;

import io.intramuros.engine.EngineStatistics;
import io.intramuros.engine.InferenceEngine;
import java.util.function.Function;
import org.jboss.as.controller.AttributeDefinition;
import org.jboss.as.controller.SimpleAttributeDefinitionBuilder;
import org.jboss.as.controller.client.helpers.MeasurementUnit;
import org.jboss.as.controller.registry.AttributeAccess.Flag;
import org.jboss.dmr.ModelNode;
import org.jboss.dmr.ModelType;
import org.wildfly.subsystem.resource.executor.Metric;

/** An engine in numbers, for the console, the CLI and {@code /metrics}. Counters start at zero with the engine. */
@SuppressWarnings("ImmutableEnumChecker") // WildFly's attribute definitions and these functions hold no state
enum EngineMetric implements Metric<InferenceEngine> {
    QUEUED(
            "queued",
            ModelType.INT,
            Flag.GAUGE_METRIC,
            MeasurementUnit.NONE,
            statistics -> new ModelNode(statistics.queued())),
    RUNNING(
            "running",
            ModelType.INT,
            Flag.GAUGE_METRIC,
            MeasurementUnit.NONE,
            statistics -> new ModelNode(statistics.running())),
    TOKENS_PER_SECOND(
            "tokens-per-second",
            ModelType.DOUBLE,
            Flag.GAUGE_METRIC,
            MeasurementUnit.NONE,
            statistics -> new ModelNode(statistics.decodeTokensPerSecond())),
    PROMPT_TOKENS_PER_SECOND(
            "prompt-tokens-per-second",
            ModelType.DOUBLE,
            Flag.GAUGE_METRIC,
            MeasurementUnit.NONE,
            statistics -> new ModelNode(statistics.prefillTokensPerSecond())),
    CACHE_USED(
            "cache-used",
            ModelType.LONG,
            Flag.GAUGE_METRIC,
            MeasurementUnit.BYTES,
            statistics -> new ModelNode(statistics.cacheUsedBytes())),
    CACHE_SIZE(
            "cache-size",
            ModelType.LONG,
            Flag.GAUGE_METRIC,
            MeasurementUnit.BYTES,
            statistics -> new ModelNode(statistics.cacheBytes())),
    PROMPT_TOKENS(
            "prompt-tokens",
            ModelType.LONG,
            Flag.COUNTER_METRIC,
            MeasurementUnit.NONE,
            statistics -> new ModelNode(statistics.promptTokens())),
    COMPLETION_TOKENS(
            "completion-tokens",
            ModelType.LONG,
            Flag.COUNTER_METRIC,
            MeasurementUnit.NONE,
            statistics -> new ModelNode(statistics.completionTokens())),
    REQUESTS(
            "requests",
            ModelType.LONG,
            Flag.COUNTER_METRIC,
            MeasurementUnit.NONE,
            statistics -> new ModelNode(statistics.requests()));

    private final AttributeDefinition definition;
    private final Function<EngineStatistics, ModelNode> value;

    EngineMetric(
            String name, ModelType type, Flag kind, MeasurementUnit unit, Function<EngineStatistics, ModelNode> value) {
        this.definition = new SimpleAttributeDefinitionBuilder(name, type)
                .setMeasurementUnit(unit)
                .setFlags(kind)
                .setUndefinedMetricValue(value.apply(EngineStatistics.NONE))
                .setStorageRuntime()
                .build();
        this.value = value;
    }

    @Override
    public AttributeDefinition get() {
        return definition;
    }

    @Override
    public ModelNode execute(InferenceEngine engine) {
        return value.apply(engine.statistics());
    }
}
