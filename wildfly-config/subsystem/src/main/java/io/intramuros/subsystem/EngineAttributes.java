package io.intramuros.subsystem;

import io.intramuros.engine.EngineSettings;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jboss.as.controller.AttributeDefinition;
import org.jboss.as.controller.OperationContext;
import org.jboss.as.controller.OperationFailedException;
import org.jboss.as.controller.SimpleAttributeDefinition;
import org.jboss.as.controller.SimpleAttributeDefinitionBuilder;
import org.jboss.as.controller.client.helpers.MeasurementUnit;
import org.jboss.as.controller.operations.validation.IntRangeValidator;
import org.jboss.as.controller.operations.validation.LongRangeValidator;
import org.jboss.as.controller.operations.validation.StringAllowedValuesValidator;
import org.jboss.as.controller.operations.validation.StringLengthValidator;
import org.jboss.dmr.ModelNode;
import org.jboss.dmr.ModelType;

/**
 * What an administrator can set on an engine. Every attribute takes expressions, and each change restarts that engine
 * and nothing else. Undefined stands for "choose well".
 */
final class EngineAttributes {
    private static final long BYTES_PER_MEGABYTE = 1L << 20;

    /** No GPU gets there: a limit that is never reached. */
    private static final int HOTTEST_CELSIUS = 200;

    static final SimpleAttributeDefinition MODEL = new SimpleAttributeDefinitionBuilder("model", ModelType.STRING)
            .setAllowExpression(true)
            .setValidator(new StringLengthValidator(1))
            .build();

    static final SimpleAttributeDefinition MODEL_ID = optional("model-id", ModelType.STRING)
            .setValidator(new StringLengthValidator(1))
            .build();

    static final SimpleAttributeDefinition BACKEND = optional("backend", ModelType.STRING)
            .setDefaultValue(new ModelNode(EngineSettings.DEFAULT_BACKEND))
            .setValidator(new StringAllowedValuesValidator(EngineSettings.BACKENDS.toArray(String[]::new)))
            .build();

    static final SimpleAttributeDefinition CONTEXT_LENGTH = optional("context-length", ModelType.INT)
            .setValidator(new IntRangeValidator(1))
            .build();

    static final SimpleAttributeDefinition MAX_BATCH_SIZE = optional("max-batch-size", ModelType.INT)
            .setDefaultValue(new ModelNode(EngineSettings.DEFAULT_MAX_BATCH_SIZE))
            .setValidator(new IntRangeValidator(1))
            .build();

    static final SimpleAttributeDefinition MAX_QUEUE = optional("max-queue", ModelType.INT)
            .setDefaultValue(new ModelNode(EngineSettings.DEFAULT_MAX_QUEUE))
            .setValidator(new IntRangeValidator(0))
            .build();

    static final SimpleAttributeDefinition CACHE_MEMORY = optional("cache-memory", ModelType.LONG)
            .setMeasurementUnit(MeasurementUnit.MEGABYTES)
            .setValidator(new LongRangeValidator(1, Long.MAX_VALUE / BYTES_PER_MEGABYTE))
            .build();

    static final SimpleAttributeDefinition THREADS = optional("threads", ModelType.INT)
            .setValidator(new IntRangeValidator(1))
            .build();

    static final SimpleAttributeDefinition DEVICES = optional("devices", ModelType.STRING)
            .setValidator(new DevicesValidator())
            .build();

    static final SimpleAttributeDefinition TOKEN_BUDGET = optional("token-budget", ModelType.INT)
            .setDefaultValue(new ModelNode(EngineSettings.DEFAULT_TOKEN_BUDGET))
            .setValidator(new IntRangeValidator(1))
            .build();

    static final SimpleAttributeDefinition SLOW_ABOVE_TEMPERATURE = temperature("slow-above-temperature");

    static final SimpleAttributeDefinition DRAIN_ABOVE_TEMPERATURE = temperature("drain-above-temperature");

    static final SimpleAttributeDefinition DEMONSTRATION = optional("demonstration", ModelType.BOOLEAN)
            .setDefaultValue(ModelNode.FALSE)
            .build();

    static final List<AttributeDefinition> ALL = List.of(
            MODEL,
            MODEL_ID,
            BACKEND,
            CONTEXT_LENGTH,
            MAX_BATCH_SIZE,
            MAX_QUEUE,
            CACHE_MEMORY,
            THREADS,
            DEVICES,
            TOKEN_BUDGET,
            SLOW_ABOVE_TEMPERATURE,
            DRAIN_ABOVE_TEMPERATURE,
            DEMONSTRATION);

    private EngineAttributes() {}

    /**
     * What the resource says, for the engine. The path is as written: a relative one still has to be placed under the
     * server's data directory.
     *
     * @throws OperationFailedException if an expression can't be resolved, or its value isn't allowed beside the others
     */
    static EngineSettings settings(OperationContext context, ModelNode resource) throws OperationFailedException {
        String model = MODEL.resolveModelAttribute(context, resource).asString();
        int slowAbove =
                SLOW_ABOVE_TEMPERATURE.resolveModelAttribute(context, resource).asInt(0);
        int drainAbove =
                DRAIN_ABOVE_TEMPERATURE.resolveModelAttribute(context, resource).asInt(0);
        if (drainAbove > 0 && slowAbove > drainAbove) {
            throw new OperationFailedException(SLOW_ABOVE_TEMPERATURE.getName() + " is " + slowAbove
                    + " and must not be above " + DRAIN_ABOVE_TEMPERATURE.getName() + ", " + drainAbove);
        }
        return EngineSettings.with(context.getCurrentAddressValue(), path(model))
                .modelId(MODEL_ID.resolveModelAttribute(context, resource).asStringOrNull())
                .backend(BACKEND.resolveModelAttribute(context, resource).asString())
                .threads(THREADS.resolveModelAttribute(context, resource).asInt(0))
                .devices(DevicesValidator.devices(DEVICES.resolveModelAttribute(context, resource)))
                .contextTokens(
                        CONTEXT_LENGTH.resolveModelAttribute(context, resource).asInt(0))
                .maxBatchSize(
                        MAX_BATCH_SIZE.resolveModelAttribute(context, resource).asInt())
                .maxQueue(MAX_QUEUE.resolveModelAttribute(context, resource).asInt())
                .cacheBytes(
                        CACHE_MEMORY.resolveModelAttribute(context, resource).asLong(0) * BYTES_PER_MEGABYTE)
                .tokenBudget(
                        TOKEN_BUDGET.resolveModelAttribute(context, resource).asInt())
                .slowAboveCelsius(slowAbove)
                .drainAboveCelsius(drainAbove)
                .demonstration(
                        DEMONSTRATION.resolveModelAttribute(context, resource).asBoolean())
                .build();
    }

    private static Path path(String model) throws OperationFailedException {
        try {
            return Path.of(model);
        } catch (InvalidPathException e) {
            throw new OperationFailedException(
                    MODEL.getName() + " is not a path on this machine: " + e.getMessage(), e);
        }
    }

    private static SimpleAttributeDefinition temperature(String name) {
        return optional(name, ModelType.INT)
                .setMeasurementUnit(MeasurementUnit.CELSIUS)
                .setValidator(new IntRangeValidator(1, HOTTEST_CELSIUS))
                .build();
    }

    private static SimpleAttributeDefinitionBuilder optional(String name, ModelType type) {
        return new SimpleAttributeDefinitionBuilder(name, type, true).setAllowExpression(true);
    }
}
